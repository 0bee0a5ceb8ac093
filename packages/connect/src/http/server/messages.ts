/** `HttpRequest`, `HttpReply`, `HttpAnswer`: what goes through a graph between a request and its answer. Plain data. */

import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http'
import { BadInputError, describe } from '@millrace/core'
import { lostInJson } from '@millrace/core/engine'

/** A request that a server has taken, as plain data: it may go to workers. */
export interface HttpRequest<Body = string> {
  /** By it the answer finds its request. */
  readonly id: string
  /** `GET`, `POST`, … */
  readonly method: string
  /** Path and query as they were sent: `/primes?from=7`. */
  readonly url: string
  /** What comes before the `?`, not decoded. */
  readonly path: string
  /** What comes behind it, decoded; the first value where a name comes several times. */
  readonly query: Readonly<Record<string, string>>
  /** By their names in lower case; values that came several times are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty where none was sent. */
  readonly body: Body
  /** The address that it came from. */
  readonly remoteAddress: string
}

/** What a client is told. */
export interface HttpReply {
  /** 200 to 599. Default 200; 204 without a body. */
  readonly status?: number
  /** Those that concern a connection alone, such as `transfer-encoding`, are left out; `content-length` is made. */
  readonly headers?: Readonly<Record<string, string>>
  /** A text, bytes (`Uint8Array`), or any other value, which is sent as JSON: a `Map`, say, has none. Default: none. */
  readonly body?: unknown
}

/** The answer to the request that had this `id`. */
export interface HttpAnswer extends HttpReply {
  readonly id: string
}

/** A reply as Node takes it. */
export interface EncodedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** @throws {BadInputError} for a reply that cannot be sent. */
export function encodeReply(reply: HttpReply): EncodedReply {
  if (typeof reply !== 'object' || reply === null) {
    throw new BadInputError(
      `An answer must be a record of status, headers and body, but is ${describe(reply)}.`,
    )
  }
  const { status = reply.body === undefined ? 204 : 200, headers = {}, body } = reply
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new BadInputError(
      `The status of an answer must be a whole number from 200 to 599, but is ${describe(status)}.`,
    )
  }
  const [type, data] = encodeBody(body)
  const named = encodeHeaders(headers)
  const isEmpty = status === 204 || status === 304
  const length = String(typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength)
  return {
    status,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...named,
      ...(isEmpty ? {} : { 'content-length': length }),
    },
    body: isEmpty ? '' : data,
  }
}

/** What concerns one connection alone, and how a body is cut up on it: not to be passed on from another answer. */
const OF_A_CONNECTION = [
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/**
 * The headers of an answer, by their names in lower case, without those that concern a connection alone; of `connection`,
 * `close` is left.
 *
 * @throws {BadInputError} for one that cannot be sent.
 */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named: [name: string, value: string][] = []
  try {
    for (const [key, value] of Object.entries(headers)) {
      const name = key.toLowerCase()
      validateHeaderName(name)
      validateHeaderValue(name, value)
      if (OF_A_CONNECTION.includes(name)) continue
      if (name !== 'connection' || /^close$/i.test(value)) named.push([name, value])
    }
  } catch (cause) {
    throw new BadInputError('An answer has a header that cannot be sent.', { cause })
  }
  return Object.fromEntries(named)
}

function encodeBody(body: unknown): [type: string | undefined, data: string | Uint8Array] {
  if (body === undefined) return [undefined, '']
  if (typeof body === 'string') return ['text/plain; charset=utf-8', body]
  if (body instanceof Uint8Array) return ['application/octet-stream', body]
  return ['application/json', jsonOf('The body of an answer', body)]
}

/** @throws {BadInputError} for a value that JSON has no word for, or of which it would leave something out. */
export function jsonOf(what: string, value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new BadInputError(`${what} cannot be written as JSON.`, { cause })
  }
  const lost = text === undefined ? ` is ${describe(value)}` : lostInJson(value, text)
  if (text !== undefined && lost === undefined) return text
  throw new BadInputError(`${what} cannot be written as JSON: it${lost}.`)
}

/** What a request says beside its body. `undefined` for an address that makes no sense. */
export function headOf(request: IncomingMessage): Omit<HttpRequest, 'id' | 'body'> | undefined {
  const url = localPart(request.url ?? '')
  if (url === undefined) return undefined
  const mark = url.indexOf('?')
  const search = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  return {
    method: request.method ?? '',
    url,
    path: mark < 0 ? url : url.slice(0, mark),
    // of entries, the last one counts
    query: Object.fromEntries([...search].reverse()),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    remoteAddress: request.socket.remoteAddress ?? '',
  }
}

/** Proxies are asked for whole addresses. */
function localPart(url: string): string | undefined {
  if (url.startsWith('/') || url === '*') return url
  if (!URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return pathname + search
}
