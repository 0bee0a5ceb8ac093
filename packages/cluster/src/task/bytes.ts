/** Values as bytes, for the log: the same rules as for checkpoints and for workers (docs/values.md). */

import { Deserializer, Serializer } from 'node:v8'
import { NotSavedError } from '@millrace/core'
import { type CarriedValue, carryValue, restoreValue, Uncarriable } from '@millrace/core/engine'

/** @throws {NotSavedError} if a value is no data; `what` says whose it is. */
export function toBytes(value: unknown, what: string): Uint8Array {
  try {
    const serializer = new Serializer()
    serializer.writeHeader()
    serializer.writeValue(carryValue(value, 'checkpoint', true))
    return serializer.releaseBuffer()
  } catch (error) {
    if (!(error instanceof Uncarriable)) throw error
    throw new NotSavedError(
      what,
      `${error.path.replace(/^\./, '')} is ${error.what}`.replace(/^ /, ''),
      error.remedy,
    )
  }
}

/** What {@link toBytes} was given. */
export function fromBytes(bytes: Uint8Array): unknown {
  const deserializer = new Deserializer(bytes)
  deserializer.readHeader()
  return restoreValue(deserializer.readValue() as CarriedValue)
}

/** Bytes in pieces of at most `most`; no bytes are one empty piece. */
export function inPieces(bytes: Uint8Array, most: number): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += most) pieces.push(bytes.subarray(at, at + most))
  return pieces
}
