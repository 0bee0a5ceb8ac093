/** Where two values, or two lists of items, differ first. Called by `compare-strategies.ts`; changes nothing. */

import { inspect, isDeepStrictEqual } from 'node:util'

/** Where two lists differ first. */
export interface ListDifference {
  /** Position; none where order is not promised. */
  readonly index: number | undefined
  /** Where in the item, as in `.lines[3].price`; empty if it is the whole item. */
  readonly path: string
  /** What is there in the first list; `undefined` if it is shorter. */
  readonly expected: unknown
  /** What is there in the second. */
  readonly seen: unknown
}

/** Two streams of one port. */
export function differenceInOrder(
  expected: readonly unknown[],
  seen: readonly unknown[],
): ListDifference | undefined {
  const length = Math.max(expected.length, seen.length)
  for (let index = 0; index < length; index++) {
    if (!areEqual(expected[index], seen[index])) return { index, ...inside(expected[index], seen[index]) }
  }
  return undefined
}

/** Two streams whose order is not promised: the first item that one of them has more often. */
export function differenceInAnyOrder(
  expected: readonly unknown[],
  seen: readonly unknown[],
): ListDifference | undefined {
  const counts = new Map<string, { count: number; readonly item: unknown }>()
  const count = (items: readonly unknown[], by: number): void => {
    for (const item of items) {
      const text = inspect(item, { depth: null, maxArrayLength: null, maxStringLength: null, sorted: true })
      const known = counts.get(text)
      if (known === undefined) counts.set(text, { count: by, item })
      else known.count += by
    }
  }
  count(expected, 1)
  count(seen, -1)
  const found = [...counts.values()]
  const lacking = found.find((entry) => entry.count > 0)
  const added = found.find((entry) => entry.count < 0)
  if (lacking === undefined && added === undefined) return undefined
  return { index: undefined, path: '', expected: lacking?.item, seen: added?.item }
}

/** Where two values differ that are not equal. */
export function inside(expected: unknown, seen: unknown): Omit<ListDifference, 'index'> {
  let path = ''
  let [one, other] = [expected, seen]
  for (;;) {
    const key = firstKey(one, other)
    if (key === undefined) return { path, expected: one, seen: other }
    path += Array.isArray(one)
      ? `[${key}]`
      : /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key)}]`
    one = ownOf(one, key)
    other = ownOf(other, key)
  }
}

/** Whether the two are the same value, prototypes and all. */
export function areEqual(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other)
}

/** The first key whose values differ, of two arrays or two records of one kind. */
function firstKey(one: unknown, other: unknown): string | undefined {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return undefined
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return undefined
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  for (const key of keys) {
    const [a, b] = [one, other].map((value) => ownOf(value, key))
    if (!areEqual(a, b)) return key
  }
  return undefined
}

/** What every object has, `constructor` say, is no part of one. */
function ownOf(value: unknown, key: string): unknown {
  const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
  return isOwn ? (value as Readonly<Record<string, unknown>>)[key] : undefined
}
