/**
 * `snapshotOf`: a plain value without getters. Called by `carry.ts` for values with long lists, in which looking for getters
 * would take as long as sending them: a list that was copied has none, so what is checked is what is sent.
 */

import { types } from 'node:util'
import { define } from './mend.ts'

/** A copy of the records, lists, maps and sets of a plain value, each getter read once. @throws what a getter throws. */
export function snapshotOf(value: unknown): unknown {
  return copied(value, new Map())
}

function copied(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value) && prototype === Array.prototype) {
    const list = Array.prototype.slice.call(value) as unknown[]
    copies.set(value, list)
    for (let i = 0; i < list.length; i++) {
      if (typeof list[i] === 'object') list[i] = copied(list[i], copies)
    }
    return list
  }
  if (prototype === Object.prototype) return copiedRecord(value, copies)
  if (types.isMap(value) && prototype === Map.prototype) {
    const map = new Map<unknown, unknown>()
    copies.set(value, map)
    for (const [key, part] of Map.prototype.entries.call(value)) {
      map.set(copied(key, copies), copied(part, copies))
    }
    return map
  }
  if (types.isSet(value) && prototype === Set.prototype) {
    const set = new Set<unknown>()
    copies.set(value, set)
    for (const part of Set.prototype.values.call(value)) set.add(copied(part, copies))
    return set
  }
  return value
}

function copiedRecord(value: object, copies: Map<object, object>): object {
  const record: Record<string, unknown> = {}
  copies.set(value, record)
  for (const key of Object.keys(value)) {
    const part = copied((value as Readonly<Record<string, unknown>>)[key], copies)
    if (key === '__proto__') define(record, key, part)
    else record[key] = part
  }
  return record
}
