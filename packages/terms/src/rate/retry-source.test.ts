/** Goal: `retrySource` opens again after failures, with growing waits, gives up in time, and stops in mid-wait. */

import { run } from '@millrace/core'
import { settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { retrySource, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'

test('waits grow with each failure in a row, and begin anew after an item', async () => {
  const clock = new VirtualClock()
  const opened: number[] = []
  const source = retrySource(
    function* ({ attempt, given }) {
      opened.push(clock.now())
      if (given < 1 ? attempt < 3 : attempt < 5) throw new Error(`attempt ${attempt}`)
      yield given
      if (given < 2) throw new Error('lost')
    },
    { delayMs: 10, factor: 3, maxDelayMs: 50 },
  )
  const got = toArray(source, { clock })
  await clock.advance(1000)
  expect(await got).toEqual([0, 1, 2])
  // 10, 30, 50 (not 90); after an item 10, 30; after another 10
  expect(opened).toEqual([0, 10, 40, 90, 100, 130, 140])
  expect(clock.pending).toBe(0)
})

test('gives up after maxFailures in a row with the last error, at once if it should not retry', async () => {
  const clock = new VirtualClock()
  let attempts = 0
  const failing = () => {
    attempts++
    throw new Error(`no ${attempts}`)
  }
  const got = toArray(retrySource(failing, { maxFailures: 3 }), { clock }).catch((error: unknown) => error)
  await clock.advance(10_000)
  expect(await got).toMatchObject({ term: 'retrySource', cause: { message: 'no 3' } })
  await expect(toArray(retrySource(failing, { shouldRetry: () => false }))).rejects.toMatchObject({
    cause: { message: 'no 4' },
  })
  await expect(toArray(retrySource(() => 3 as never))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})

test('ends in the middle of a wait: on stop, on cancel, and when nobody needs more', async () => {
  const waits = () =>
    retrySource(function* ({ given }) {
      if (given === 0) yield 1
      throw new Error('lost')
    })
  const clock = new VirtualClock()
  const stopped = run(waits(), { clock })
  await settle()
  expect(clock.pending).toBe(1)
  expect((await stopped.stop()).items).toMatchObject({ in: 1, discarded: 0 })
  expect(clock.pending).toBe(0)

  const cancelled = run(waits(), { clock })
  await settle()
  await cancelled.cancel()
  await expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(clock.pending).toBe(0)

  expect(await toArray(waits().pipe(take(1)), { clock })).toEqual([1])
  expect(clock.pending).toBe(0)
})

test('refuses what makes no sense', () => {
  const open = () => []
  expect(() => retrySource(3 as never)).toThrow(REFUSED)
  for (const options of [{ maxFailures: 0 }, { delayMs: 0 }, { factor: 0.5 }, { maxDelayMs: -1 }]) {
    expect(() => retrySource(open, options)).toThrow(REFUSED)
  }
})
