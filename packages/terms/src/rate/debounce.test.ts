/** Goal: `debounce`, `audit` and `sample` give the item that the definition names, when it names it. */

import { run } from '@millrace/core'
import { SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { audit, debounce, fromIterable, sample, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import { type At, inVirtualTime } from './test/in-virtual-time.ts'

const MS = 10
// no two things happen at one time: items come at odd ms; what is due in an odd time, and the end, at even ones
const ODD_MS = 9
const arrivals = fc.array(fc.nat({ max: 12 }), { maxLength: 10 }).map((gaps) => {
  let now = -1
  return gaps.map((gap, i): At<number> => [(now += 2 * gap + 2), i])
})
const endOf = (items: readonly At<number>[]) => (items.at(-1)?.[0] ?? 0) + 3

test('debounce: an item that none follows for a while, and the last', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async (items) => {
      const expected = items.flatMap(([at, item], i): At<number>[] => {
        const next = items[i + 1]?.[0] ?? endOf(items)
        if (i === items.length - 1) return [[Math.min(at + ODD_MS, next), item]]
        return next - at > ODD_MS ? [[at + ODD_MS, item]] : []
      })
      expect(await inVirtualTime(debounce<number>(ODD_MS), items, endOf(items))).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

test('audit: the newest item, some time after the first since the last', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async (items) => {
      const expected: At<number>[] = []
      for (let i = 0; i < items.length; ) {
        const due = (items[i]?.[0] ?? 0) + ODD_MS
        const after = items.findIndex(([at]) => at > due)
        const next = after < 0 ? items.length : after
        expected.push([after < 0 ? Math.min(due, endOf(items)) : due, next - 1])
        i = next
      }
      expect(await inVirtualTime(audit<number>(ODD_MS), items, endOf(items))).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

test('sample: the newest of each period, at its end', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async (items) => {
      const newest = new Map<number, number>()
      for (const [at, item] of items) newest.set(Math.ceil(at / MS) * MS, item)
      const expected = [...newest].map(([at, item]): At<number> => [Math.min(at, endOf(items)), item])
      expect(await inVirtualTime(sample<number>(MS), items, endOf(items))).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

test('no timer stays after a cancel, or when nobody needs more', async () => {
  for (const term of [debounce<number>(100), audit<number>(100), sample<number>(100)]) {
    const clock = new VirtualClock()
    const source = new SourceProbe<number>()
    source.send(1)
    const running = run(source.pipe(term), { clock })
    await settle()
    expect(clock.pending).toBe(1)
    await running.cancel()
    await settle()
    expect(clock.pending).toBe(0)
  }
  const clock = new VirtualClock()
  const source = new SourceProbe<number>()
  source.send(1)
  const first = toArray(source.pipe(debounce(10), take(1)), { clock })
  await clock.advance(10)
  expect(await first).toEqual([1])
  expect([clock.pending, source.closed]).toEqual([0, true])
})

test('an empty stream stays empty; refuse what is no duration', async () => {
  for (const make of [debounce, audit, sample]) {
    expect(await toArray(fromIterable([]).pipe(make(5)))).toEqual([])
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
      expect(() => make(ms)).toThrow(REFUSED)
    }
  }
})
