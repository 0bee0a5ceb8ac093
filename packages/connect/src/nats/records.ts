/** Messages of NATS as items, and items as messages. Called by the sources and sinks of this folder. */

import { BadInputError, describe } from '@millrace/core'
import type { MsgHdrs } from '@nats-io/transport-node'
import { utf8Of } from '../support/text.ts'

/** Headers of a message: each name may have several values. */
export type NatsHeaders = Readonly<Record<string, readonly string[]>>

/** A message of a subject. */
export interface NatsMessage<Data = string> {
  readonly subject: string
  readonly data: Data
  /** Left out if there are none. */
  readonly headers?: NatsHeaders
}

/** A message of a stream. */
export interface JetStreamMessage<Data = string> extends NatsMessage<Data> {
  /** Its number in the stream. */
  readonly sequence: number
  /** When the server stored it, in ms since the epoch. */
  readonly time: number
}

/** What the sinks take. */
export interface NatsOutgoing {
  readonly subject: string
  readonly data: string | Uint8Array
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

/** Turns bytes into what `data` is to be. */
export type DecodeData<Data> = (bytes: Uint8Array, what: () => string) => Data

/** As text. */
export const asText: DecodeData<string> = utf8Of

/** As bytes; a copy, since the client's are a piece of a larger buffer. */
export const asBytes: DecodeData<Uint8Array> = (bytes) => Uint8Array.from(bytes)

/** As a part of an item. */
export function headersOf(headers: MsgHdrs | undefined): { headers?: NatsHeaders } {
  const names = headers?.keys() ?? []
  if (headers === undefined || names.length === 0) return {}
  return { headers: Object.fromEntries(names.map((name) => [name, headers.values(name)])) }
}

/** A name that a line of a header can begin with. */
const HEADER_NAME = /^[!-9;-~]+$/

/** @throws {BadInputError} for an item that is no message. */
export function checkOutgoing(owner: string, item: NatsOutgoing): void {
  const isRecord = typeof item === 'object' && item !== null
  const { subject, data, headers } = isRecord ? item : ({} as Partial<NatsOutgoing>)
  const isData = typeof data === 'string' || data instanceof Uint8Array
  if (!isData || !isSubject(subject)) {
    throw new BadInputError(
      `${owner}() takes { subject, data } with a subject without spaces, * and >, and data as text or bytes, but got ${describe(item)}.`,
    )
  }
  if (headers !== undefined && !areHeaders(headers)) {
    throw new BadInputError(
      `headers of ${owner}() are a record of texts, or arrays of texts, without line breaks, under names without spaces and colons, but got ${describe(headers)}.`,
    )
  }
}

function isSubject(subject: unknown): boolean {
  return typeof subject === 'string' && /^[^\s*>]+$/.test(subject) && !/^\.|\.\.|\.$/.test(subject)
}

function areHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false
  return Object.entries(headers).every(
    ([name, value]) => HEADER_NAME.test(name) && [value].flat().every(isHeaderValue),
  )
}

function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' && !/[\r\n]/.test(value)
}

/** What `send` gives. @throws {BadInputError} if the client does not take the message: to try again would change nothing. */
export function sending<T>(message: NatsOutgoing, send: () => T): T {
  const refuse = (error: unknown): never => {
    if (!['InvalidArgumentError', 'InvalidSubjectError'].includes((error as Error).name)) throw error
    const bytes = Buffer.byteLength(message.data)
    throw new BadInputError(
      `A message of ${bytes} bytes for the subject ${message.subject} cannot be sent: ${(error as Error).message}. ` +
        'The server sets max_payload.',
      { cause: error },
    )
  }
  try {
    const sent = send()
    return sent instanceof Promise ? (sent.catch(refuse) as T) : sent
  } catch (error) {
    return refuse(error)
  }
}
