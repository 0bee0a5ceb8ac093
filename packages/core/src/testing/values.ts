/** The functions that the nodes of a `GraphSpec` apply: total on any item, of whole numbers, and the same anywhere. */

/** A whole number that depends on all of `value`; the order of a record's keys makes no difference. */
export function weight(value: unknown): number {
  if (typeof value === 'number') return value | 0
  if (typeof value === 'string') return textWeight(value)
  let sum = 17
  if (Array.isArray(value)) for (const part of value) sum = (Math.imul(sum, 31) + weight(part)) | 0
  else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      sum = (sum + Math.imul(textWeight(key), 7) + Math.imul(weight(part), 2 * textWeight(key) + 13)) | 0
    }
  }
  return sum
}

function textWeight(text: string): number {
  let sum = 7
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0
  return sum
}

/** What a `map` node gives for `item`. */
export function mapped(by: number, item: unknown): number {
  return (Math.imul(weight(item), 2 * by + 1) + by) | 0
}

/** Whether a `filter` node passes `item`. */
export function isKept(by: number, item: unknown): boolean {
  return (weight(item) >>> 0) % (by + 2) !== 0
}

/** What a `flatMap` node gives for `item`: up to `by` items. */
export function expanded(by: number, item: unknown): number[] {
  const seed = weight(item)
  return Array.from({ length: (seed >>> 0) % (by + 1) }, (_, i) => (seed + i * 7919) | 0)
}

/** Whether a node that fails on one item of `every` fails on this one. */
export function isTroubled(every: number, item: unknown): boolean {
  return (Math.imul(weight(item), 40_503) >>> 7) % every === 0
}

/** What a node gives in place of a result, if it has a fallback; a filter passes the item. */
export const FALLBACK = -77

/** The next state of a `scan` or `fold` node. */
export function stepped(state: number, item: unknown): number {
  return (Math.imul(state, 31) + weight(item) + 1) | 0
}
