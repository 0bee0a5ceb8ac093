/** `lineTail` and `ndjsonTail`: the lines of a file that grows, and the values of lines of JSON. */

import { type BatchSourceTerm, InvalidOptionError, type Term } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { type ParseNdjsonOptions, parseNdjson } from '../format/ndjson.ts'
import { pathOf } from '../path-of.ts'
import type { ItemCutter } from '../tail/contracts.ts'
import {
  checkFollowing,
  FOLLOW_OPTIONS,
  type Following,
  FollowingSource,
  type FollowOptions,
} from '../tail/following.ts'
import { type LineEncoding, LinesOfBytes } from '../tail/lines-of-bytes.ts'

/** Options of {@link lineTail}. */
export interface LineTailOptions extends FollowOptions {
  /** How the file's bytes are to be read. Default `utf8`; `latin1` takes any bytes. */
  readonly encoding?: LineEncoding
  /** Bytes of one line at most; a longer one fails the run. Default 1,048,576. */
  readonly maxLineBytes?: number
}

/** The names of the options, for `checkOptions`. */
const LINE_TAIL_OPTIONS = { ...FOLLOW_OPTIONS, encoding: true, maxLineBytes: true } as const

/**
 * A source of the lines of a file from its start on, without their line ends (`\n` or `\r\n`), that goes on as the file
 * grows; `tail -F` from the first line on, with `follow: 'name'`.
 *
 * Only whole lines are given: one without an end waits for it, unless the stream ends, or the file was renamed and another
 * one has its name. Follows and waits as `fileTail`, and reads while there is room downstream, the lines of up to 128 KiB at
 * once. A byte order mark is left out. From a checkpoint it goes on behind the last line that it gave, also where the file
 * was rotated meanwhile (with `follow: 'name'`); `replays()` is refused.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails as with `fileTail`, and with a
 * `BadInputError` for a line of more than `maxLineBytes`.
 *
 * @example
 * ```ts
 * import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { lineTail } from 'millrace/terms'
 *
 * const folder = await mkdtemp(join(tmpdir(), 'millrace-line-tail-'))
 * const file = join(folder, 'app.log')
 * await writeFile(file, 'one\n')
 * for await (const line of run(lineTail(file, { follow: 'name', pollMs: 1 })).output()) {
 *   console.log(line)
 *   if (line === 'three') break
 *   if (line === 'two') continue
 *   await appendFile(file, 'two\n')
 *   await rename(file, join(folder, 'app.log.1'))
 *   await writeFile(file, 'three\n')
 * }
 * await rm(folder, { recursive: true })
 * // one
 * // two
 * // three
 * ```
 */
export function lineTail(file: string | URL, options: LineTailOptions = {}): BatchSourceTerm<string> {
  checkOptions('lineTail', options, LINE_TAIL_OPTIONS)
  return lineTailOf('lineTail', file, options)
}

function lineTailOf(owner: string, file: string | URL, options: LineTailOptions): LineTail {
  const { encoding, maxLineBytes } = checkLines(owner, options)
  return new LineTail(checkFollowing(owner, pathOf(owner, file), options), encoding, maxLineBytes)
}

/** @throws {InvalidOptionError} for an option of lines that makes no sense. */
export function checkLines(
  owner: string,
  { encoding = 'utf8', maxLineBytes = 1024 * 1024 }: Pick<LineTailOptions, 'encoding' | 'maxLineBytes'>,
): { readonly encoding: LineEncoding; readonly maxLineBytes: number } {
  if (encoding !== 'utf8' && encoding !== 'latin1') {
    throw new InvalidOptionError(`encoding of ${owner}()`, encoding, '"utf8" or "latin1"')
  }
  checkWhole(`maxLineBytes of ${owner}()`, maxLineBytes, 1)
  return { encoding, maxLineBytes }
}

class LineTail extends FollowingSource<string> {
  override name = 'lineTail'
  readonly #encoding: LineEncoding
  readonly #maxLineBytes: number

  constructor(following: Following, encoding: LineEncoding, maxLineBytes: number) {
    super(following)
    this.#encoding = encoding
    this.#maxLineBytes = maxLineBytes
  }

  protected override cutter(): ItemCutter<string> {
    return new LinesOfBytes(this.#encoding, this.#maxLineBytes)
  }
}

/** Options of {@link ndjsonTail}: those of `lineTail` and `parseNdjson`. */
export interface NdjsonTailOptions extends LineTailOptions, Pick<ParseNdjsonOptions, 'largeIntegers'> {
  /**
   * What becomes of a line that is no JSON: it fails the run, is left out, or is set aside as a dead letter. Default `fail`.
   */
  readonly invalid?: 'fail' | 'skip' | 'deadLetter'
}

/**
 * A source of the values of an NDJSON file from its start on, that goes on as the file grows: `lineTail` and `parseNdjson` in
 * one. Empty lines are passed over.
 *
 * The type of the values, `ndjsonTail<Row>(file)`, is not checked. With `invalid: 'deadLetter'` a line that is no JSON goes
 * to `deadLetters()` or `--dead-letters`; the letter holds the line. Backpressure, checkpoints and rotation as for `lineTail`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails as with `lineTail`, and for a line that is no
 * JSON with a `BadInputError` that names its number.
 *
 * @example
 * ```ts
 * import { rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { collect, ndjsonTail } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-ndjson-tail-${process.pid}.ndjson`)
 * await writeFile(file, '{"n":1}\n{"n":\n{"n":3}\n')
 * const values = collect<{ n: number }>()
 * const tail = ndjsonTail<{ n: number }>(file, { invalid: 'deadLetter', pollMs: 1, untilIdleMs: 1 })
 * const summary = await run(tail.pipe(values)).done
 * console.log(summary.result(values), summary.items.deadLettered) // [ { n: 1 }, { n: 3 } ] 1
 * await rm(file)
 * ```
 */
export function ndjsonTail<Row = unknown>(
  file: string | URL,
  options: NdjsonTailOptions = {},
): Term<never, Row> {
  checkOptions('ndjsonTail', options, { ...LINE_TAIL_OPTIONS, invalid: true, largeIntegers: true })
  const { invalid = 'fail', largeIntegers, ...reading } = options
  if (invalid !== 'fail' && invalid !== 'skip' && invalid !== 'deadLetter') {
    throw new InvalidOptionError('invalid of ndjsonTail()', invalid, '"fail", "skip" or "deadLetter"')
  }
  const parser = parseNdjson<Row>({
    invalid: invalid === 'skip' ? 'skip' : 'fail',
    ...(largeIntegers === undefined ? {} : { largeIntegers }),
  })
  if (invalid === 'deadLetter') parser.onFailure({ onError: 'skip' })
  return lineTailOf('ndjsonTail', file, reading).pipe(parser)
}
