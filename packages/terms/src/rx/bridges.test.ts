/** Goal: observables become sources and outputs become observables; items, errors and ends cross, and nothing stays. */

import { run } from '@millrace/core'
import { settle } from '@millrace/core/testing'
import fc from 'fast-check'
import * as r from 'rxjs'
import { expect, test } from 'vitest'
import { fromIterable, map, take, toArray } from '../index.ts'
import { fromObservable, toObservable } from './index.ts'

test('there and back: every item, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.constantFrom(1, 3, 100), async (items, capacityItems) => {
      const running = run(fromObservable(r.from(items), { overflow: 'fail' }), { edges: { capacityItems } })
      expect(await r.lastValueFrom(toObservable(running.output()).pipe(r.toArray()))).toEqual(items)
    }),
  )
})

test('the overflow policy decides what goes when items come at once', async () => {
  const all = r.range(1, 10)
  const given = async (overflow: 'dropOldest' | 'dropNewest' | 'latest') =>
    toArray(fromObservable(all, { overflow, capacity: 3 }))
  expect(await given('dropOldest')).toEqual([8, 9, 10])
  expect(await given('dropNewest')).toEqual([1, 2, 3])
  expect(await given('latest')).toEqual([10])
  await expect(toArray(fromObservable(all, { overflow: 'fail', capacity: 9 }))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
})

test('the error of an observable is the cause', async () => {
  const cause = new Error('no')
  const failing = r.concat(
    r.of(1, 2),
    r.throwError(() => cause),
  )
  const graph = fromObservable(failing, { overflow: 'fail' })
  await expect(toArray(graph)).rejects.toMatchObject({ term: 'fromObservable', cause })
})

test('is unsubscribed from when nobody needs more, on stop and on cancel', async () => {
  const subject = new r.Subject<number>()
  const graph = fromObservable(() => subject, { overflow: 'fail' })
  const first = toArray(graph.pipe(take(1)))
  await settle()
  subject.next(1)
  expect(await first).toEqual([1])
  expect(subject.observed).toBe(false)

  const stopped = run(graph)
  await settle()
  expect(subject.observed).toBe(true)
  await stopped.stop()
  expect(subject.observed).toBe(false)

  const cancelled = run(graph)
  await settle()
  await cancelled.cancel()
  await expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(subject.observed).toBe(false)
})

test('unsubscribing from an output lets its writers stop', async () => {
  let closed = false
  function* naturals() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed = true
    }
  }
  const running = run(fromIterable(naturals))
  expect(await r.lastValueFrom(toObservable(running.output()).pipe(r.take(3), r.toArray()))).toEqual([
    0, 1, 2,
  ])
  await running.done
  expect(closed).toBe(true)
})

test('a failing run becomes an error of the observable', async () => {
  const running = run(
    fromIterable([1]).pipe(
      map((): number => {
        throw new Error('no')
      }),
    ),
  )
  await expect(r.lastValueFrom(toObservable(running.output()))).rejects.toMatchObject({ code: 'TERM_FAILED' })
})

test('refuses what cannot be subscribed to or read, and a missing policy', () => {
  const refused = expect.objectContaining({ code: 'INVALID_OPTION' })
  expect(() => fromObservable([] as never, { overflow: 'fail' })).toThrow(refused)
  expect(() => fromObservable(r.of(1), {} as never)).toThrow(refused)
  expect(() => fromObservable(r.of(1), { overflow: 'fail', capacity: 0 })).toThrow(refused)
  expect(() => toObservable([1] as never)).toThrow(refused)
})
