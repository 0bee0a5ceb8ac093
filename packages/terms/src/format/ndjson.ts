/** `parseNdjson`, `formatNdjson`, `ndjson` and `writeNdjson`: a JSON value per line. */

import {
  BadInputError,
  type Context,
  compose,
  InvalidOptionError,
  type KernelTerm,
  kernelTerm,
  messageOf,
  type Term,
} from '@millrace/core'
import { lostInJson } from '@millrace/core/engine'
import { checkOptions, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'
import {
  checkWriting,
  type PlacedLine,
  WRITE_OPTIONS,
  type WriteLinesOptions,
  writeLinesOf,
} from '../sink/write-lines.ts'
import { checkFields, type FieldRecord, type Fields } from '../source/fields.ts'
import { LineSource } from '../source/line-source.ts'
import { lines } from '../source/lines.ts'
import { ndjsonFields } from '../source/ndjson-fields.ts'
import { jsonParser, type LargeIntegers } from './large-integers.ts'

/** Options of {@link parseNdjson}. */
export interface ParseNdjsonOptions {
  /** What becomes of a line that is no JSON: it fails the run, or is left out. Default `fail`. */
  readonly invalid?: 'fail' | 'skip'
  /**
   * What becomes of integers beyond 2 ** 53, which a number cannot hold: they are rounded as `JSON.parse` does, or kept as
   * bigint, or as text. Default `round`.
   */
  readonly largeIntegers?: LargeIntegers
}

/**
 * Parses lines, each a JSON value (NDJSON, JSON Lines). Empty lines are left out.
 *
 * The type of the values, `parseNdjson<Row>()`, is not checked. Lines that are left out count as filtered. Stateful: the
 * number of the line, for messages. Holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if an option is unknown. With `fail`, a line that is no JSON fails the run with a
 * `BadInputError` that names its number.
 *
 * @example
 * ```ts
 * import { fromIterable, parseNdjson, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable(['{"n":1}', '', '{"n":2}']).pipe(parseNdjson()))) // [ { n: 1 }, { n: 2 } ]
 * ```
 */
export function parseNdjson<Row = unknown>(
  options: ParseNdjsonOptions = {},
): KernelTerm<string, Row, number> {
  checkOptions('parseNdjson', options, { invalid: true, largeIntegers: true })
  const isSkipping = skips('parseNdjson', options)
  const parse = jsonParser('parseNdjson', options.largeIntegers)
  const f = (line: string, ctx: Context<number, Row>): Row | undefined => {
    ctx.state++
    if (line.trim() === '') return undefined
    try {
      return parse(line) as Row
    } catch (cause) {
      if (isSkipping) return undefined
      throw invalidLine(ctx.state, '', cause)
    }
  }
  const hooks = { initialState: () => 0 }
  return kernelTerm<string, Row, number>('parseNdjson', { kind: 'apply', self: {}, f }, hooks)
}

/** Whether lines that are no JSON are left out. */
function skips(owner: string, { invalid = 'fail' }: ParseNdjsonOptions): boolean {
  if (invalid === 'fail' || invalid === 'skip') return invalid === 'skip'
  throw new InvalidOptionError(`invalid of ${owner}()`, invalid, '"fail" or "skip"')
}

/** `source` is what the message says of where the lines are from. */
function invalidLine(number: number, source: string, cause: unknown): BadInputError {
  return new BadInputError(`Line ${number}${source} is no JSON: ${messageOf(cause)}`, { cause })
}

/** Options of {@link formatNdjson} and {@link writeNdjson}. */
export interface FormatNdjsonOptions {
  /** What becomes of bigints, for which JSON has no kind of its own: they fail the run, or become text. Default `fail`. */
  readonly bigints?: 'fail' | 'text'
}

/**
 * Makes a line of JSON of each item, without a line end: for `writeLines`, `joinLines` or `exec`.
 *
 * No state; holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if `bigints` is unknown. The run fails with a `BadInputError` if an item has no JSON, as
 * functions, bigints, `NaN`, infinite numbers, a `Map`, a `Set` and what holds itself have none.
 *
 * @example
 * ```ts
 * import { formatNdjson, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([{ n: 1 }, [2]]).pipe(formatNdjson()))) // [ '{"n":1}', '[2]' ]
 * ```
 */
export function formatNdjson(options: FormatNdjsonOptions = {}): KernelTerm<unknown, string> {
  checkOptions('formatNdjson', options, { bigints: true })
  const { bigints = 'fail' } = options
  if (bigints !== 'fail' && bigints !== 'text') {
    throw new InvalidOptionError('bigints of formatNdjson()', bigints, '"fail" or "text"')
  }
  return kernelTerm<unknown, string>('formatNdjson', { kind: 'map', f: textOf(bigints) })
}

function textOf(bigints: FormatNdjsonOptions['bigints']): (item: unknown) => string {
  const replacer = bigints === 'text' ? withTexts : undefined
  return (item) => lineOf(item, replacer)
}

function withTexts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function lineOf(item: unknown, replacer: ((key: string, value: unknown) => unknown) | undefined): string {
  let line: string | undefined
  try {
    line = JSON.stringify(item, replacer)
  } catch (cause) {
    throw new BadInputError(
      `An item of formatNdjson() has no JSON: ${messageOf(cause)}. Bigints become text with bigints: "text"; convert ` +
        'other values in a map() before it.',
      { cause },
    )
  }
  if (line !== undefined) {
    const lost = lostInJson(item, line)
    if (lost === undefined) return line
    throw new BadInputError(
      `An item of formatNdjson() has no JSON: item${lost}. Convert it in a map() before it.`,
    )
  }
  throw new BadInputError(`An item of formatNdjson() has no JSON: it is a ${typeof item}.`)
}

/** Options of {@link ndjson}. */
export interface NdjsonOptions extends ParseNdjsonOptions {
  /** Bytes of a split, where workers read the file. Default: 64 KiB to 1 MiB, by the file's size. */
  readonly splitBytes?: number
}

/** Options of {@link ndjson} that say which fields are wanted. */
export interface NdjsonFieldsOptions<Wanted extends Fields<unknown>> {
  /**
   * The fields that records have, and their types: `{ path: 'string', status: 'number', at: 'date' }`. Lines must be
   * objects; they are checked to be JSON, but values are made of these fields only. A `?` behind a type says that the
   * field may be missing or null, and is `null` then. A function is given the value, `undefined` if there is none. A
   * value that is not of its type fails the run, as does a whole number beyond 2 ** 53 - 1, which would be rounded.
   */
  readonly fields: Wanted
  /** A line that is no JSON fails the run. */
  readonly invalid?: 'fail'
  /** Bytes of a split, where workers read the file. Default: 64 KiB to 1 MiB, by the file's size. */
  readonly splitBytes?: number
}

/**
 * A source of the values of an NDJSON file. Files whose name ends in `.gz` are unpacked on the way. Empty lines are
 * passed over; with `invalid: 'skip'`, lines that are no JSON count as filtered.
 *
 * With `fields`, only these are made of each line, and their types are checked. It is read only while there is room
 * downstream. Keeps the order. From a checkpoint it goes on at the byte where a line begins; a packed file is unpacked
 * once more.
 * Under `pool` and `work-stealing` workers read and parse it themselves, split by split, as for `lines`.
 *
 * @throws {InvalidOptionError} as `lines` and `parseNdjson`, or for `fields` that make no sense.
 *
 * @example
 * ```ts
 * import { rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { fromIterable, ndjson, take, toArray, writeNdjson } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-ndjson-${process.pid}.ndjson.gz`)
 * await run(fromIterable([{ n: 1 }, { n: 2 }]).pipe(writeNdjson(file))).done
 * console.log(await toArray(ndjson<{ n: number }>(file))) // [ { n: 1 }, { n: 2 } ]
 * console.log(await toArray(ndjson(file, { fields: { n: 'number', x: 'string?' } }).pipe(take(1)))) // [ { n: 1, x: null } ]
 * await rm(file)
 * ```
 */
export function ndjson<const Wanted extends Fields<unknown>>(
  file: string | URL,
  options: NdjsonFieldsOptions<Wanted>,
): Term<never, FieldRecord<Wanted>>
export function ndjson<Row = unknown>(file: string | URL, options?: NdjsonOptions): Term<never, Row>
export function ndjson(
  file: string | URL,
  options: NdjsonOptions & { readonly fields?: Fields<unknown> } = {},
): Term<never, unknown> {
  checkOptions('ndjson', options, { splitBytes: true, invalid: true, largeIntegers: true, fields: true })
  const { fields, invalid, largeIntegers, splitBytes } = options
  if (splitBytes !== undefined) checkWhole('splitBytes of ndjson()', splitBytes, 1)
  if (fields !== undefined) {
    if (invalid !== undefined && invalid !== 'fail') {
      throw new InvalidOptionError('invalid of ndjson()', invalid, '"fail" where fields are given')
    }
    if (largeIntegers !== undefined) {
      throw new InvalidOptionError(
        'largeIntegers of ndjson()',
        largeIntegers,
        'left out where fields are given',
      )
    }
    return ndjsonFields(pathOf('ndjson', file), checkFields('ndjson', fields), splitBytes)
  }
  const parse = jsonParser('ndjson', largeIntegers)
  if (!skips('ndjson', options)) return new Ndjson(pathOf('ndjson', file), parse, splitBytes)
  const f = (line: string): unknown => valueIn(line, parse)
  const parser = kernelTerm<string, unknown>('parseNdjson', { kind: 'map', f })
  return lines(file, splitBytes === undefined ? {} : { splitBytes }).pipe(parser)
}

/** The value of a line; `undefined` for a line that has none. */
function valueIn(line: string, parse: (line: string) => unknown): unknown {
  try {
    return line.trim() === '' ? undefined : parse(line)
  } catch {
    return undefined
  }
}

class Ndjson extends LineSource<unknown> {
  override name = 'ndjson'
  readonly #parse: (line: string) => unknown

  constructor(path: string, parse: (line: string) => unknown, splitBytes: number | undefined) {
    super(path, 'utf8', splitBytes)
    this.#parse = parse
  }

  protected override itemsOf(lines: string[], firstLine: () => number): unknown[] {
    const rows: unknown[] = []
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at] as string
      try {
        rows.push(this.#parse(line))
      } catch (cause) {
        if (line.trim() !== '') throw invalidLine(firstLine() + at, ` of ${this.path}`, cause)
      }
    }
    return rows
  }
}

/**
 * Writes each item as a line of JSON to a file; {@link formatNdjson} and `writeLines` in one. A file whose name ends in
 * `.gz` is packed. It takes its place only when it is complete, unless options of `writeLines` say otherwise.
 *
 * While it is being written, the terms before it are held back. `roll.time` is given the item, not its line.
 *
 * @throws {InvalidOptionError} as `formatNdjson` and `writeLines`.
 *
 * @example
 * ```ts
 * import { readFile, rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { fromIterable, writeNdjson } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-write-ndjson-${process.pid}.ndjson`)
 * await run(fromIterable([{ n: 1 }]).pipe(writeNdjson(file))).done
 * console.log((await readFile(file, 'utf8')).trim()) // {"n":1}
 * await rm(file)
 * ```
 */
export function writeNdjson<Item = unknown>(
  file: string | URL,
  options: WriteNdjsonOptions<Item> = {},
): Term<Item, never> {
  checkOptions('writeNdjson', options, { bigints: true, ...WRITE_OPTIONS })
  const { bigints, ...writing } = options
  const sink = writeLinesOf(checkWriting('writeNdjson', file, writing))
  const formatted = formatNdjson(bigints === undefined ? {} : { bigints })
  const time = options.roll?.time
  if (time === undefined) return compose('sequential', [formatted, sink])
  const format = textOf(bigints)
  const f = (item: Item): PlacedLine => ({ line: format(item), at: time(item) })
  return compose('sequential', [kernelTerm<Item, PlacedLine>('formatNdjson', { kind: 'map', f }), sink])
}

/** Options of {@link writeNdjson}: those of `formatNdjson` and `writeLines`. */
export interface WriteNdjsonOptions<in Item = unknown> extends FormatNdjsonOptions, WriteLinesOptions<Item> {}
