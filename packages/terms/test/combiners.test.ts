/**
 * Goal: a term whose work can be shared out gives the very items, to the last bit, however its stream is cut into parts
 * that workers fold; and keeps its limits.
 */

import { type Combiner, type Kernel, type KernelTerm, run } from '@millrace/core'
import { Random } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import {
  aggregate,
  aggregates,
  collectOf,
  countOf,
  distinctOf,
  fromIterable,
  keyedAggregate,
  maxOf,
  meanOf,
  minOf,
  quantilesOf,
  reduce,
  slidingWindow,
  stdOf,
  sumOf,
  toArray,
  topBy,
  tumblingWindow,
} from '../src/index.ts'

interface Reading {
  readonly key: string
  readonly at: number
  readonly value: number
}

type AnyTerm = KernelTerm<Reading, unknown, any>

/** The same seed gives the same readings; times go up, with setbacks that some windows take for late. */
function readings(random: Random, count: number): Reading[] {
  let now = 0
  return Array.from({ length: count }, () => {
    now += random.below(7)
    const value = (random.next() - 0.5) * 10 ** (random.below(40) - 20)
    return { key: 'abcd'[random.below(4)] as string, at: now - random.below(25), value }
  })
}

/** What the term gives if its stream is cut at random, and every part is folded by itself. */
function bySharing(term: AnyTerm, items: readonly Reading[], random: Random): unknown[] {
  const combiner = term.combiner?.() as Combiner<Reading, unknown, unknown>
  const ctx = { state: term.initialState?.() } as { state: unknown }
  const given: unknown[] = []
  for (let at = 0; at < items.length; ) {
    const to = Math.min(items.length, at + 1 + random.below(random.below(2) === 0 ? 3 : 60))
    let partial = combiner.begin()
    for (; at < to; at++) partial = combiner.add(partial, items[at] as Reading)
    // each crosses to the caller's thread
    given.push(...(combiner.merge(ctx, structuredClone(partial)) ?? []))
  }
  given.push(...((term.end?.(ctx as never) ?? []) as Iterable<unknown>))
  return given
}

const time = (r: Reading): number => r.at
const key = (r: Reading): string => r.key
const value = (r: Reading): number => r.value
const everything = aggregates({
  items: collectOf<Reading>(),
  count: countOf<Reading>(),
  sum: sumOf(value),
  mean: meanOf(value),
  std: stdOf(value),
  min: minOf(value),
  max: maxOf(value),
  distinct: distinctOf((r: Reading) => r.at),
  quantiles: quantilesOf(value, [0, 0.5, 0.9, 1], { maxBuckets: 16 }),
})
const windows = { time, key, late: 'drop' as const, aggregate: everything }

const terms: Readonly<Record<string, () => AnyTerm>> = {
  aggregate: () => aggregate(everything),
  keyedAggregate: () => keyedAggregate(key, everything),
  reduce: () =>
    reduce((all: number[], r: Reading) => all.concat(r.at), [], { combine: (a, b) => a.concat(b) }),
  'tumblingWindow, nothing out of order allowed': () => tumblingWindow({ sizeMs: 10, ...windows }),
  tumblingWindow: () => tumblingWindow({ sizeMs: 10, offsetMs: 3, outOfOrderMs: 9, ...windows }),
  'tumblingWindow without keys': () =>
    tumblingWindow({ sizeMs: 10, time, outOfOrderMs: 30, aggregate: everything }),
  topBy: () => topBy(7, (r: Reading) => [r.key, r.at % 5]),
  slidingWindow: () => slidingWindow({ sizeMs: 20, slideMs: 6, outOfOrderMs: 5, ...windows }),
  'slidingWindow, nothing out of order allowed': () => slidingWindow({ sizeMs: 9, slideMs: 4, ...windows }),
}

describe.each(Object.entries(terms))('%s', (_, make) => {
  test('gives the same items in parts, eighty times', async () => {
    for (let seed = 1; seed <= 80; seed++) {
      const random = new Random(seed)
      const items = readings(random, 1 + random.below(120))
      const whole = await toArray(fromIterable(items).pipe(make()))
      expect(bySharing(make(), items, random), `seed ${seed}`).toEqual(whole)
    }
  })
})

test('an item that is late in its part, or only behind the parts before, is told as on one thread', async () => {
  const make = (): AnyTerm => tumblingWindow({ sizeMs: 10, time, outOfOrderMs: 5, aggregate: countOf() })
  let failed = 0
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed)
    const items = readings(random, 40)
    const whole = await run(fromIterable(items).pipe(make())).done.then(
      () => 'completed',
      ({ cause }: Error) => (cause as Error).message,
    )
    let shared = 'completed'
    try {
      bySharing(make(), items, random)
    } catch (error) {
      shared = (error as Error).message
    }
    expect(shared === 'completed').toBe(whole === 'completed')
    if (whole !== 'completed') {
      failed++
      expect(shared).toMatch(/^tumblingWindow\(\) got an item of time/)
    }
  }
  expect(failed).toBeGreaterThan(20)
})

test('limits hold: as many open windows, and as many keys, as on one thread', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new Random(seed)
    const items = readings(random, 60)
    for (const make of [
      (): AnyTerm => tumblingWindow({ sizeMs: 10, outOfOrderMs: 9, ...windows, maxOpen: 6 }),
      (): AnyTerm => keyedAggregate((r: Reading) => r.at, countOf(), { maxKeys: 30 }),
    ]) {
      const whole = await toArray(fromIterable(items).pipe(make())).then(
        () => 'completed',
        ({ cause }: Error) => (cause as Error).message,
      )
      let shared = 'completed'
      try {
        bySharing(make(), items, random)
      } catch (error) {
        shared = (error as Error).message
      }
      expect(shared, `seed ${seed}`).toBe(whole)
    }
  }
})

test('what depends on single items is not shared out', () => {
  const late = { sizeMs: 10, time, outOfOrderMs: 5, aggregate: countOf<Reading>() }
  const kept: AnyTerm[] = [
    tumblingWindow({ ...late, allowedLatenessMs: 5 }),
    tumblingWindow({ ...late, late: 'port' }),
    tumblingWindow({ ...late, aggregate: { ...countOf<Reading>(), mergesExactly: false } }),
    keyedAggregate(key, countOf(), { idleMs: 5, time }),
    keyedAggregate(key, countOf(), { maxKeys: 5, whenFull: 'forgetOldest' }),
    aggregate({ ...sumOf(value), mergesExactly: false }),
    reduce((sum: number, r: Reading) => sum + r.value, 0),
  ]
  expect(kept.filter((term) => term.combiner !== undefined)).toEqual([])
  const { kind } = aggregate(countOf()).kernel() as Kernel
  expect(kind).toBe('fold')
})
