/**
 * `LetterBuffer`: dead letters on their way to the command that started the run. They travel as items do, on an edge of
 * their task's own, in its transactions: each arrives once. Called by `EngineWork`; read by `GatherWork`.
 */

import { type DeadLetter, describe, LostItem, messageOf, NotSavedError } from '@millrace/core'
import { isA, kindOfError, propertyOf, prototypeOf } from '@millrace/core/engine'
import { fromBytes, toBytes } from './bytes.ts'

/** Bytes of a chunk, about. */
const CHUNK_BYTES = 64 * 1024

/** A letter whose item and error are bytes of their own: one that is no data must not spoil the others. */
interface PackedLetter extends Omit<DeadLetter, 'item' | 'error'> {
  readonly item: Uint8Array
  readonly error: Uint8Array
}

/** Collects letters, and gives them away in chunks. */
export class LetterBuffer {
  readonly #write: (payload: Uint8Array) => void
  #letters: PackedLetter[] = []
  #bytes = 0

  constructor(write: (payload: Uint8Array) => void) {
    this.#write = write
  }

  add({ item, error, ...rest }: DeadLetter): void {
    const letter = { ...rest, item: packed(item, lost), error: packed(error, withoutDetails) }
    this.#letters.push(letter)
    this.#bytes += letter.item.length + letter.error.length
    if (this.#bytes >= CHUNK_BYTES) this.flush()
  }

  /** Closes the chunk that is open. */
  flush(): void {
    if (this.#letters.length === 0) return
    const letters = this.#letters
    this.#letters = []
    this.#bytes = 0
    this.#write(toBytes(letters, 'a dead letter'))
  }
}

function packed(value: unknown, instead: (value: unknown, why: string) => unknown): Uint8Array {
  try {
    return toBytes(value, 'a dead letter')
  } catch (error) {
    if (!(error instanceof NotSavedError)) throw error
    return toBytes(instead(value, messageOf(error)), 'a dead letter')
  }
}

function lost(item: unknown, why: string): LostItem {
  return new LostItem(describe(item), why)
}

/** Its kind, what it says and where it was thrown: what it holds beside that is no data. */
function withoutDetails(error: unknown): Error {
  const bare = new Error(messageOf(error))
  const kind = isA(error, Error) ? kindOfError(error) : undefined
  // a class of the user's own may ask for more than that
  if (typeof kind === 'string') Object.setPrototypeOf(bare, prototypeOf(kind))
  const stack = propertyOf(error, 'stack')
  if (typeof stack === 'string') bare.stack = stack
  return bare
}

/** The letters of a chunk. */
export function lettersOf(payload: Uint8Array): DeadLetter[] {
  const letters = fromBytes(payload) as PackedLetter[]
  return letters.map(({ item, error, ...rest }) => ({
    ...rest,
    item: fromBytes(item),
    error: fromBytes(error),
  }))
}
