/** `HttpRequest`, `HttpReply`, `HttpAnswer`: what goes through a graph between a request and its answer. Plain data. */

import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http'
import { BadInputError, describe } from '@millrace/core'

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
  readonly headers?: Readonly<Record<string, string>>
  /** A text, bytes, or any other value, which is sent as JSON. Default: none. */
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
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  try {
    for (const [name, value] of named) {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    }
  } catch (cause) {
    throw new BadInputError('An answer has a header that cannot be sent.', { cause })
  }
  const length = String(typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength)
  return {
    status,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...Object.fromEntries(named),
      ...(status === 204 || status === 304 ? {} : { 'content-length': length }),
    },
    body: status === 204 || status === 304 ? '' : data,
  }
}

function encodeBody(body: unknown): [type: string | undefined, data: string | Uint8Array] {
  if (body === undefined) return [undefined, '']
  if (typeof body === 'string') return ['text/plain; charset=utf-8', body]
  if (body instanceof Uint8Array) return ['application/octet-stream', body]
  let text: string | undefined
  try {
    text = JSON.stringify(body)
  } catch (cause) {
    throw new BadInputError('The body of an answer cannot be written as JSON.', { cause })
  }
  if (text === undefined) {
    throw new BadInputError(`The body of an answer cannot be written as JSON: it is ${describe(body)}.`)
  }
  return ['application/json', text]
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
