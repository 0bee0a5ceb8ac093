/** How records lie in JetStream: a line of JSON, then the bytes of a chunk. Called by `JetStreamSubstrate`. */

import { BrokenLogError } from '../errors.ts'
import type { Chunk, Commit, EdgeMessage, Marker, Report } from '../port/records.ts'
import type { Member } from '../port/substrate.ts'

const NEWLINE = 10

/** A commit, a member, or any other record, as bytes. */
export function toRecord(value: Commit | Member | Report): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

/** @throws {BrokenLogError} if it is none. */
export function fromRecord<Value extends Commit | Member | Report>(bytes: Uint8Array, what: string): Value {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as Value
  } catch {
    throw new BrokenLogError(`${what} is no record`)
  }
}

/** A message of an edge as bytes. */
export function toMessage(message: EdgeMessage): Uint8Array {
  if (message.kind === 'marker') return Buffer.from(`${JSON.stringify(message)}\n`)
  const { payload, ...head } = message
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), payload])
}

/** @throws {BrokenLogError} if the bytes are none. */
export function fromMessage(bytes: Uint8Array, what: string): EdgeMessage {
  const end = bytes.indexOf(NEWLINE)
  try {
    const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Marker | Omit<Chunk, 'payload'>
    return head.kind === 'marker' ? head : { ...head, payload: bytes.subarray(end + 1) }
  } catch {
    throw new BrokenLogError(`${what} is no message of an edge`)
  }
}
