/** Goal: `take` is Array.slice from the start, and what comes before it is let go. */

import { BatchSourceTerm } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filter, fromIterable, take, toArray } from '../index.ts'

test('equals Array.slice(0, n)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.nat({ max: 12 }), async (items, n) => {
      expect(await toArray(fromIterable(items).pipe(take(n)))).toEqual(items.slice(0, n))
    }),
  )
})

test('ends an endless source and closes it', async () => {
  let closed = false
  function* naturals() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed = true
    }
  }
  expect(
    await toArray(
      fromIterable(naturals).pipe(
        filter((n) => n % 2 === 1),
        take(3),
      ),
    ),
  ).toEqual([1, 3, 5])
  expect(closed).toBe(true)
})

test('take(0) ends at once, also where no item ever comes', async () => {
  class Silent extends BatchSourceTerm<number> {
    override async *batches(): AsyncGenerator<number[], void, undefined> {
      await new Promise(() => undefined)
    }
  }
  expect(await toArray(new Silent().pipe(take(0)))).toEqual([])
})

test('the last item of an idle source ends the run: no further one is waited for', async () => {
  async function* oneThenNever() {
    yield 'one'
    await new Promise(() => undefined)
  }
  const { fromAsyncIterable } = await import('../index.ts')
  expect(await toArray(fromAsyncIterable(oneThenNever).pipe(take(1)))).toEqual(['one'])
})

test('refuses counts that are no whole numbers from 0 on', () => {
  for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '3' as never]) {
    expect(() => take(count)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
})
