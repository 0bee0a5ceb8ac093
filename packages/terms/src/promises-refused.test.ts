/**
 * Goal: a function that must be synchronous, and is not declared async, gives a promise: the run fails and says so; nothing
 * passes for true, for a key or for a state, and a promise that rejects ends nothing else.
 */

import type { Term } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import * as terms from './index.ts'

type AnyTerm = Term<never, unknown>

/** Each with a function in the place that is meant. */
const makers: Readonly<Record<string, (f: () => never) => AnyTerm>> = {
  filter: (f) => items().pipe(terms.filter(f)),
  scan: (f) => items().pipe(terms.scan(f, 0)),
  reduce: (f) => items().pipe(terms.reduce(f, 0)),
  takeWhile: (f) => items().pipe(terms.takeWhile(f)),
  skipWhile: (f) => items().pipe(terms.skipWhile(f)),
  partition: (f) => items().pipe(terms.partition(f).port('matched') as never),
  keyValueFilter: (f) => items().pipe(terms.keyValueFilter(f)),
  rename: (f) => items().pipe(terms.rename(f as never)),
  expand: (f) => items().pipe(terms.expand(f)),
  distinctUntilChanged: (f) => items().pipe(terms.distinctUntilChanged(f)),
  buffer: (f) => items().pipe(terms.buffer({ maxBytes: 9, bytesOf: f })),
  keyedReduce: (f) => items().pipe(terms.keyedReduce(({ n }) => n, f, 0)),
  keyedScan: (f) => items().pipe(terms.keyedScan(({ n }) => n, f, 0)),
  keyedAggregate: (f) => items().pipe(terms.keyedAggregate(f, terms.countOf())),
  sumOf: (f) => items().pipe(terms.aggregate(terms.sumOf(f))),
  sortBy: (f) => items().pipe(terms.sortBy(f)),
  topBy: (f) => items().pipe(terms.topBy(1, f)),
  tumblingWindow: (f) =>
    items().pipe(terms.tumblingWindow({ time: f, sizeMs: 1, aggregate: terms.countOf() })),
  spawnBy: (f) => items().pipe(terms.spawnBy(f, () => terms.id())) as AnyTerm,
  fromIterable: (f) => terms.fromIterable([{ n: 1 }], f),
}

const items = () => terms.fromIterable([{ n: 1 }, { n: 2 }])

describe.each(Object.entries(makers))('%s', (_, make) => {
  test.each([
    ['that resolves', () => Promise.resolve(false)],
    ['that rejects', () => Promise.reject(new Error('nobody listens'))],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is meant
    ['of another library', () => ({ then: (_: unknown, reject: (why: unknown) => void) => reject(1) })],
  ])('a promise %s', async (_, f) => {
    const error = await terms.toArray(make(f as () => never)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TERM_FAILED', cause: { code: 'BAD_INPUT' } })
  })
})

describe('an aggregate written by hand', () => {
  const sum = {
    init: () => 0,
    add: (state: number, item: number) => state + item,
    merge: (into: number, other: number) => into + other,
    result: (state: number) => state,
  }
  type Sum = typeof sum
  const timed = { time: (n: number): number => n, outOfOrderMs: 9 }
  const takers: Readonly<Record<string, (by: Sum) => AnyTerm>> = {
    aggregate: (by) => numbers().pipe(terms.aggregate(by)),
    runningAggregate: (by) => numbers().pipe(terms.runningAggregate(by)),
    keyedAggregate: (by) => numbers().pipe(terms.keyedAggregate((n) => n % 2, by)),
    tumblingWindow: (by) => numbers().pipe(terms.tumblingWindow({ sizeMs: 2, ...timed, aggregate: by })),
    slidingWindow: (by) =>
      numbers().pipe(terms.slidingWindow({ sizeMs: 4, slideMs: 2, ...timed, aggregate: by })),
    sessionWindow: (by) => numbers().pipe(terms.sessionWindow({ gapMs: 2, ...timed, aggregate: by })),
    countWindow: (by) => numbers().pipe(terms.countWindow({ size: 4, slide: 2, aggregate: by })),
    'aggregates of it': (by) => numbers().pipe(terms.aggregate(terms.aggregates({ by }))),
  }
  // the middle one joins two sessions
  const numbers = () => terms.fromIterable([1, 2, 5, 6, 3.5, 9])
  const merging = ['slidingWindow', 'sessionWindow', 'countWindow']

  test.each(
    Object.keys(takers).flatMap((name) =>
      (['init', 'add', 'merge', 'result'] as const)
        .filter((part) => part !== 'merge' || merging.includes(name))
        .map((part) => [name, part] as const),
    ),
  )('in %s: %s gives a promise', async (name, part) => {
    const slow = {
      ...sum,
      [part]: (...args: never[]) => Promise.resolve((sum[part] as (...all: never[]) => number)(...args)),
    }
    const take = takers[name] as (by: Sum) => AnyTerm
    await expect(terms.toArray(take(sum))).resolves.not.toEqual([])
    const error = await terms.toArray(take(slow)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'TERM_FAILED',
      cause: { code: 'BAD_INPUT', message: expect.stringContaining(`${part}() of the aggregate of`) },
    })
  })
})
