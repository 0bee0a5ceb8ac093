/** Goal: `mapAsync` overlaps calls up to its bound, and keeps the order exactly when told to. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, mapAsync, toArray } from '../index.ts'

/** An async function whose calls are settled by hand. */
function manual() {
  const open = new Map<number, (value: number) => void>()
  let most = 0
  let arrived: (() => void) | undefined
  const f = (n: number) =>
    new Promise<number>((resolve) => {
      open.set(n, resolve)
      most = Math.max(most, open.size)
      arrived?.()
    })
  const isOpen = async (n: number): Promise<void> => {
    while (!open.has(n)) {
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    }
  }
  const settle = async (n: number): Promise<void> => {
    await isOpen(n)
    open.get(n)?.(n * 10)
    open.delete(n)
  }
  return { f, settle, most: () => most }
}

test('equals Array.map followed by Promise.all', async () => {
  const settings = fc.record({ concurrency: fc.integer({ min: 1, max: 4 }), ordered: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 })), settings, async (items, options) => {
      const f = async (turns: number) => {
        for (let i = 0; i < turns; i++) await null
        return turns === 3 ? undefined : turns
      }
      const got = await toArray(fromIterable(items).pipe(mapAsync(f, options)))
      const expected = (await Promise.all(items.map(f))).filter((n) => n !== undefined)
      if (options.ordered) expect(got).toEqual(expected)
      else expect(got.toSorted()).toEqual(expected.toSorted())
    }),
  )
})

test('ordered: results leave in input order, whichever is ready first', async () => {
  const { f, settle, most } = manual()
  const results = toArray(fromIterable([1, 2, 3]).pipe(mapAsync(f, { concurrency: 3 })))
  for (const n of [3, 2, 1]) await settle(n)
  expect(await results).toEqual([10, 20, 30])
  expect(most()).toBe(3)
})

test('unordered: results leave as they come', async () => {
  const { f, settle } = manual()
  const results = toArray(fromIterable([1, 2, 3]).pipe(mapAsync(f, { concurrency: 3, ordered: false })))
  for (const n of [3, 1, 2]) await settle(n)
  expect(await results).toEqual([30, 10, 20])
})

test('never has more calls under way than concurrency', async () => {
  const { f, settle, most } = manual()
  const results = toArray(fromIterable([1, 2, 3, 4, 5]).pipe(mapAsync(f, { concurrency: 2 })))
  for (const n of [2, 1, 3, 5, 4]) await settle(n)
  expect(await results).toEqual([10, 20, 30, 40, 50])
  expect(most()).toBe(2)
})

test('hands over one argument, and takes sync results', async () => {
  const counted = mapAsync((...all: unknown[]) => all.length)
  expect(await toArray(fromIterable(['x']).pipe(counted))).toEqual([1])
})

test('a failure ends the run with the original error', async () => {
  const cause = new Error('no')
  const failing = fromIterable([1, 2, 3]).pipe(mapAsync(async (n) => (n === 2 ? Promise.reject(cause) : n)))
  await expect(toArray(failing)).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'mapAsync',
    item: 2,
    cause,
  })
})

test('refuses options out of range', () => {
  const same = async (n: number) => n
  expect(() => mapAsync(same, { concurrency: 0 })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
  expect(() => mapAsync(same, { ordered: 'no' as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})
