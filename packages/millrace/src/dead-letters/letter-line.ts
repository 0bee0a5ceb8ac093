/** A dead letter as a line of JSON, and back. Called by the files beside this one; touches no disk. */

import { deserialize, serialize } from 'node:v8'
import { BadInputError, type DeadLetter, describe, LostItem, messageOf } from '@millrace/core'
import {
  type CarriedValue,
  carryValue,
  isA,
  isPlain,
  parseJsonText,
  propertyOf,
  restoreValue,
  Uncarriable,
} from '@millrace/core/engine'
import { isRecord } from '../config/setting.ts'
import { isSmallJson } from '../summary/json-safe.ts'

/** Characters of JSON that an item may take; a larger one is kept in Node's own form, as one that JSON cannot hold. */
const MAX_CHARACTERS = 1_048_576
const MAX_CAUSES = 8

/** How `serialized` is to be read; lines without `format` are of the time before there was one. */
const FORMAT = 2

/** What a line has to say for the item to be fed back. */
export interface ReadLetter {
  readonly term: string
  readonly item: unknown
}

/** The letter as a line without its end. An item that JSON would change is there twice: as text, and as `serialized`. */
export function lineOf({ term, item, attempts, kind, error, time }: DeadLetter): string {
  const at = new Date(time).toISOString()
  const line = { time: at, term, kind, attempts, ...itemParts(item), error: errorParts(error) }
  // readers of lines may take these two for the end of one
  return JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/** An item as a line holds it. */
interface ItemParts {
  readonly item: unknown
  readonly serialized?: string
  readonly format?: number
  /** Why the item cannot be fed back. */
  readonly lost?: string
}

function itemParts(item: unknown): ItemParts {
  if (isA(item, LostItem)) return { item: item.text, lost: item.reason }
  if (isPlain(item) && isSmallJson(item, MAX_CHARACTERS) && isTree(item)) return { item }
  const text = describe(item)
  try {
    const serialized = serialize(carryValue(item, 'checkpoint')).toString('base64')
    return { item: text, serialized, format: FORMAT }
  } catch (error) {
    if (!(error instanceof Uncarriable)) return { item: text, lost: messageOf(error) }
    const { path, what, remedy } = error
    return { item: text, lost: `item${path} is ${what}. ${remedy}`.trim() }
  }
}

/** Whether nothing in it is in two places, which JSON would make two things of. */
function isTree(item: unknown): boolean {
  const seen = new Set<unknown>()
  const work = [item]
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    if (typeof part !== 'object' || part === null) continue
    if (seen.has(part)) return false
    seen.add(part)
    for (const inner of Object.values(part)) work.push(inner)
  }
  return true
}

function errorParts(error: unknown, depth = 0): object {
  if (!isA(error, Error)) return { message: messageOf(error) }
  const [name, stack, code, cause] = ['name', 'stack', 'code', 'cause'].map((key) => propertyOf(error, key))
  return {
    ...(typeof name === 'string' ? { name } : {}),
    message: messageOf(error),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined || depth === MAX_CAUSES ? {} : { cause: errorParts(cause, depth + 1) }),
    ...(typeof stack === 'string' ? { stack } : {}),
  }
}

/** A line as it is, before its item is restored. */
export interface RawLetter extends Readonly<Record<string, unknown>> {
  readonly term: string
  /** The item, or a text of it. */
  readonly item: unknown
}

/** What a line says. @throws {BadInputError} if it is no letter. */
export function rawLetterOf(line: string): RawLetter {
  const letter = parsed(line)
  if (!isRecord(letter) || typeof letter['term'] !== 'string' || !('item' in letter)) {
    throw new BadInputError(`it is no dead letter, which has a "term" and an "item": ${describe(letter)}`)
  }
  return letter as RawLetter
}

/** What can be fed back of a line. @throws {BadInputError} if that is nothing. */
export function letterOf({ term, item, serialized, format, lost }: RawLetter): ReadLetter {
  if (lost !== undefined) throw notKept(item, `: ${String(lost)}`)
  if (serialized === undefined) return { term, item }
  if (format !== undefined && format !== FORMAT) {
    throw new BadInputError(`it is of format ${describe(format)}, which this version of Millrace cannot read`)
  }
  let value: unknown
  try {
    value = deserialize(Buffer.from(serialized as string, 'base64'))
  } catch (cause) {
    throw notKept(item, '', cause)
  }
  return { term, item: format === undefined ? value : restoreValue(value as CarriedValue) }
}

function notKept(item: unknown, why: string, cause?: unknown): BadInputError {
  return new BadInputError(`its item ${describe(item)} could not be kept, so it cannot be fed back${why}`, {
    cause,
  })
}

function parsed(line: string): unknown {
  try {
    return parseJsonText(line)
  } catch (cause) {
    throw new BadInputError(messageOf(cause), { cause })
  }
}
