/**
 * Goal: `fromAsyncIterable` gives what the iterable gives, one `next` at a time, and closes what it need not
 * read.
 */

import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forEach, fromAsyncIterable, take, toArray } from '../index.ts'

async function* later<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  for (const item of items) {
    await null
    yield item
  }
}

test('gives the items in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), async (items) => {
      expect(await toArray(fromAsyncIterable(() => later(items)))).toEqual(items)
    }),
  )
})

test('an iterator runs once, and says so', async () => {
  const once = fromAsyncIterable(later([1, 2]))
  expect(await toArray(once)).toEqual([1, 2])
  await expect(toArray(once)).rejects.toMatchObject({ cause: { code: 'WRONG_STATE' } })
})

test('is closed when nobody needs more', async () => {
  let closed = 0
  async function* endless() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed++
    }
  }
  expect(await toArray(fromAsyncIterable(endless).pipe(take(2)))).toEqual([0, 1])
  expect(closed).toBe(1)
})

test('a cancel ends a run whose source idles', async () => {
  const controller = new AbortController()
  async function* oneThenNever() {
    yield 'one'
    await new Promise(() => undefined)
  }
  const watched = fromAsyncIterable(oneThenNever).pipe(forEach(() => controller.abort()))
  await expect(run(watched, { signal: controller.signal }).done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a failing iterable ends the run with its error', async () => {
  const cause = new Error('no')
  async function* failing() {
    yield 1
    throw cause
  }
  await expect(toArray(fromAsyncIterable(failing))).rejects.toMatchObject({ code: 'TERM_FAILED', cause })
})

test('refuses what is not async iterable', async () => {
  expect(() => fromAsyncIterable([1] as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  await expect(toArray(fromAsyncIterable((() => [1]) as never))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})
