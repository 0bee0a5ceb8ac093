/** Goal: the history is a slice of what came before, by number or by source time, and no more is kept. */

import { run } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, toArray, withHistory } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

test('by number: the last n, the one at hand among them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer()),
      fc.integer({ min: 1, max: 9 }),
      fc.integer(),
      async (all, n, seed) => {
        const seen = fromIterable(all).pipe(
          withHistory({ items: n }, (item, history) => {
            expect([history.at(-1), history.at(history.length - 1)]).toEqual([item, item])
            return { all: [...history], oldest: history.at(0), length: history.length }
          }),
        )
        const wanted = all.map((_, i) => all.slice(Math.max(0, i + 1 - n), i + 1))
        expect(await toArray(seen, randomOptions(new Random(seed)))).toEqual(
          wanted.map((kept) => ({ all: kept, oldest: kept[0], length: kept.length })),
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('the state is bounded', async () => {
  const term = withHistory({ items: 10 }, (_n: number, history) => history.length)
  const state = term.initialState?.() as NonNullable<ReturnType<NonNullable<typeof term.initialState>>>
  for (let n = 0; n < 1000; n++) term.f(n, { state } as never)
  expect(structuredClone(state).items.length).toBeLessThanOrEqual(21)
})

test('by source time: items of the last ms', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<string>()
  const sink = new SinkProbe<string>().request()
  const { done } = run(
    source.pipe(
      withHistory({ ms: 20 }, (_item, history) => [...history].join('')),
      sink,
    ),
    {
      clock,
    },
  )
  for (const letter of ['a', 'b', 'c', 'd']) {
    source.send(letter)
    await clock.advance(10)
  }
  await clock.advance(100)
  source.send('e').end()
  await done
  expect(sink.received).toEqual(['a', 'ab', 'abc', 'bcd', 'e'])
})

test('too many items within the time are an error', async () => {
  const items = fromIterable([1, 2, 3])
  const clock = new VirtualClock()
  const term = withHistory({ ms: 5, maxItems: 2 }, (_n: number, history) => history.length)
  await expect(toArray(items.pipe(term), { clock })).rejects.toEqual(
    badInput('withHistory', 'holds 2 items of the last 5 ms'),
  )
})

test('outside of what is kept there is nothing', async () => {
  const far = fromIterable([1]).pipe(withHistory({ items: 3 }, (_n, history) => history.at(-2)))
  await expect(toArray(far)).rejects.toMatchObject({
    cause: new RangeError('The history keeps 1 items; there is none at -2.'),
  })
})

test('refuses bounds and functions that make no sense', () => {
  const f = () => 1
  for (const bound of [{ items: 0 }, { items: 1.5 }, { ms: -1 }, { ms: 1, maxItems: 0 }]) {
    expect(() => withHistory(bound, f)).toThrow(invalidOption())
  }
  expect(() => withHistory({ items: 1 }, (async () => 1) as never)).toThrow(invalidOption())
})
