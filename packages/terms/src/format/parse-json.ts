/** `parseJson`: the elements of a large JSON text, without holding it. */

import {
  BadInputError,
  InvalidOptionError,
  messageOf,
  type StreamContext,
  StreamTerm,
  type View,
} from '@millrace/core'
import type { JSONParser } from '@streamparser/json'
import { streamparser } from '../libraries.ts'
import { bytesOf } from './split-lines.ts'

/** Options of {@link parseJson}. */
export interface ParseJsonOptions {
  /** Which values to give: `$.*` are the elements of the outermost array. `$.rows.*`: those of `rows`. Default `$.*`. */
  readonly path?: string
}

/**
 * Parses a JSON text that comes in chunks of bytes or text, and gives the values at `path` one by one: for arrays that
 * do not fit into memory. Parsed by @streamparser/json.
 *
 * Only the value under way is held, and those that one chunk completes; they leave before the next chunk is read. The
 * type of the values, `parseJson<Row>()`, is not checked. The parser is no plain data, so the term stays on the caller's
 * thread. Keeps the order.
 *
 * @throws {InvalidOptionError} if `path` is no such path. A text that is no JSON, or ends too early, fails the run with
 * a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, parseJson, toArray } from 'millrace/terms'
 *
 * const chunks = ['{"rows": [{"n', '": 1}, {"n": 2}', ']}']
 * console.log(await toArray(fromIterable(chunks).pipe(parseJson({ path: '$.rows.*' })))) // [ { n: 1 }, { n: 2 } ]
 * ```
 */
export function parseJson<Row = unknown>(
  options: ParseJsonOptions = {},
): StreamTerm<Uint8Array | string, Row> {
  const { path = '$.*' } = options
  try {
    parserOf(path)
  } catch (error) {
    throw new InvalidOptionError('path of parseJson()', path, `a path such as "$.*" (${messageOf(error)})`)
  }
  return new ParseJson<Row>(path).local()
}

function parserOf(path: string): JSONParser {
  const { JSONParser } = streamparser()
  return new JSONParser({ paths: [path], keepStack: false, stringBufferSize: 16 * 1024 })
}

class ParseJson<Row> extends StreamTerm<Uint8Array | string, Row> {
  override name = 'parseJson'
  readonly #path: string

  constructor(path: string) {
    super()
    this.#path = path
  }

  override async run(view: View<Uint8Array | string>, ctx: StreamContext<unknown, Row>): Promise<void> {
    const parser = parserOf(this.#path)
    let values: Row[] = []
    let failure: unknown
    parser.onValue = ({ value }) => void values.push(value as Row)
    parser.onError = (error) => {
      failure ??= error
    }
    for await (const chunk of view) {
      parser.write(bytesOf('parseJson', chunk))
      if (failure !== undefined) throw noJson(failure)
      const complete = values
      values = []
      for (const value of complete) await ctx.emit(value)
    }
    if (!parser.isEnded) {
      try {
        parser.end()
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== undefined) throw noJson(failure)
    for (const value of values) await ctx.emit(value)
  }
}

function noJson(cause: unknown): BadInputError {
  return new BadInputError(`The items of parseJson() are no JSON text: ${messageOf(cause)}`, { cause })
}
