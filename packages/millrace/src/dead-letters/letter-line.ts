/** A dead letter as a line of JSON, and back. Called by the files beside this one; touches no disk. */

import { deserialize, serialize } from 'node:v8'
import { BadInputError, type DeadLetter, describe, messageOf } from '@millrace/core'
import { isRecord } from '../config/setting.ts'
import { isSmallJson } from '../summary/json-safe.ts'

/** Characters of JSON that an item may take; a larger one is kept in Node's own form, as one that JSON cannot hold. */
const MAX_CHARACTERS = 1_048_576
const MAX_CAUSES = 8

/** What a line has to say for the item to be fed back. */
export interface ReadLetter {
  readonly term: string
  readonly item: unknown
}

/** The letter as a line without its end. An item that JSON would change is there twice: as text, and `serialized`. */
export function lineOf({ term, item, attempts, kind, error, time }: DeadLetter): string {
  const at = new Date(time).toISOString()
  return JSON.stringify({ time: at, term, kind, attempts, ...itemParts(item), error: errorParts(error) })
}

function itemParts(item: unknown): { readonly item: unknown; readonly serialized?: string } {
  if (isSmallJson(item, MAX_CHARACTERS)) return { item }
  try {
    return { item: describe(item), serialized: serialize(item).toString('base64') }
  } catch {
    return { item: describe(item), serialized: '' } // a function in it: nothing can bring that back
  }
}

function errorParts(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: messageOf(error) }
  const { name, message, stack, cause } = error
  const { code } = error as { readonly code?: unknown }
  return {
    name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined || depth === MAX_CAUSES ? {} : { cause: errorParts(cause, depth + 1) }),
    stack,
  }
}

/** What a line says. @throws {BadInputError} if it is no letter. */
export function letterOf(line: string): ReadLetter {
  const letter = parsed(line)
  if (!isRecord(letter) || typeof letter['term'] !== 'string' || !('item' in letter)) {
    throw new BadInputError(`it is no dead letter, which has a "term" and an "item": ${describe(letter)}`)
  }
  const { term, item, serialized } = letter
  if (serialized === undefined) return { term, item }
  try {
    return { term, item: deserialize(Buffer.from(serialized as string, 'base64')) }
  } catch (cause) {
    throw new BadInputError(`its item ${describe(item)} could not be kept, so it cannot be fed back`, {
      cause,
    })
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new BadInputError(messageOf(cause), { cause })
  }
}
