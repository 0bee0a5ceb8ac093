/** `parseJson`: the elements of a large JSON text, without holding it. */

import {
  BadInputError,
  InvalidOptionError,
  messageOf,
  type StreamContext,
  StreamTerm,
  type View,
} from '@millrace/core'
import type { Tokenizer, TokenParser } from '@streamparser/json'
import { checkOptions } from '../check.ts'
import { streamparser } from '../libraries.ts'
import { checkLargeIntegers, type LargeIntegers, numberOrKept } from './large-integers.ts'
import { bytesOf } from './split-lines.ts'
import { checkWellFormed } from './well-formed.ts'

/** Options of {@link parseJson}. */
export interface ParseJsonOptions {
  /** Which values to give: `$.*` are the elements of the outermost array. `$.rows.*`: those of `rows`. Default `$.*`. */
  readonly path?: string
  /**
   * What becomes of integers beyond 2 ** 53, which a number cannot hold: they are rounded as `JSON.parse` does, or kept as
   * bigint, or as text. Default `round`.
   */
  readonly largeIntegers?: LargeIntegers
}

/**
 * Parses a JSON text that comes in chunks of bytes or text, and gives the values at `path` one by one: for arrays that
 * do not fit into memory. Parsed by @streamparser/json.
 *
 * Only the value under way is held, and those that one chunk completes; they leave before the next chunk is read. The
 * type of the values, `parseJson<Row>()`, is not checked. The parser is no plain data, so the term stays on the caller's
 * thread. Keeps the order.
 *
 * @throws {InvalidOptionError} if `path` is no such path or `largeIntegers` is unknown. A text that is no JSON, is empty,
 * or ends too early, fails the run with a `BadInputError`.
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
  checkOptions('parseJson', options, { path: true, largeIntegers: true })
  const { path = '$.*', largeIntegers = 'round' } = options
  checkLargeIntegers('parseJson', largeIntegers)
  try {
    parserOf(path, largeIntegers)
  } catch (error) {
    throw new InvalidOptionError('path of parseJson()', path, `a path such as "$.*" (${messageOf(error)})`)
  }
  return new ParseJson<Row>(path, largeIntegers).local()
}

interface Parser {
  readonly tokenizer: Tokenizer
  readonly tokenParser: TokenParser
}

/** White space, and the bytes of a byte order mark. */
const BLANK = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]

/** As the library's JSONParser puts it together, with numbers of our own. */
function parserOf(path: string, keep: LargeIntegers): Parser {
  const library = streamparser()
  class OwnTokenizer extends library.Tokenizer {
    protected override parseNumber(text: string): number {
      // what is kept passes through the parser as it is
      return numberOrKept(text, keep) as number
    }
  }
  const tokenizer = new OwnTokenizer({ stringBufferSize: 16 * 1024 })
  // the library's own decoder takes U+FEFF at the begin of a string for a byte order mark, and drops it
  const { bufferedString } = tokenizer as unknown as { readonly bufferedString: { decoder: unknown } }
  bufferedString.decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const tokenParser = new library.TokenParser({ paths: [path], keepStack: false })
  tokenizer.onToken = (token) => tokenParser.write(token)
  tokenizer.onEnd = () => {
    if (!tokenParser.isEnded) tokenParser.end()
  }
  tokenParser.onError = (error) => tokenizer.error(error)
  tokenParser.onEnd = () => {
    if (!tokenizer.isEnded) tokenizer.end()
  }
  return { tokenizer, tokenParser }
}

class ParseJson<Row> extends StreamTerm<Uint8Array | string, Row> {
  override name = 'parseJson'
  readonly #path: string
  readonly #keep: LargeIntegers

  constructor(path: string, keep: LargeIntegers) {
    super()
    this.#path = path
    this.#keep = keep
  }

  override async run(view: View<Uint8Array | string>, ctx: StreamContext<unknown, Row>): Promise<void> {
    const { tokenizer, tokenParser } = parserOf(this.#path, this.#keep)
    const partial = { half: '' }
    let isBlank = true
    let values: Row[] = []
    let failure: unknown
    tokenParser.onValue = ({ value }) => void values.push(value as Row)
    tokenizer.onError = (error) => {
      failure ??= error
    }
    for await (const chunk of view) {
      const bytes = bytesOf('parseJson', partial, chunk)
      isBlank &&= bytes.every((byte) => BLANK.includes(byte))
      tokenizer.write(bytes)
      if (failure !== undefined) throw noJson(failure)
      const complete = values
      values = []
      for (const value of complete) await ctx.emit(value)
    }
    checkWellFormed('An item of parseJson()', partial.half)
    if (isBlank)
      throw new BadInputError('The items of parseJson() are no JSON text: there is nothing in them.')
    if (!(tokenizer.isEnded && tokenParser.isEnded)) {
      try {
        tokenizer.end()
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
