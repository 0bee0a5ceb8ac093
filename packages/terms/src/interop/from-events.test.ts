/** Goal: events become items; the overflow policy holds exactly; no listener stays. */

import { EventEmitter } from 'node:events'
import { run } from '@millrace/core'
import { settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEvents, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import type { PushOverflow } from './push-queue.ts'

const listeners = (emitter: EventEmitter) => emitter.eventNames().map((name) => emitter.listenerCount(name))

test('gives what is emitted, until the event that ends it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(), { maxLength: 5 }), { maxLength: 6 }), async (bursts) => {
      const emitter = new EventEmitter()
      const got = toArray(fromEvents<number>(emitter, 'item', { overflow: 'fail', end: 'over' }))
      await settle(2)
      for (const burst of bursts) {
        for (const item of burst) emitter.emit('item', item)
        await settle(1)
      }
      emitter.emit('over')
      expect(await got).toEqual(bursts.flat())
      expect(listeners(emitter)).toEqual([])
    }),
    { numRuns: 20 },
  )
})

test('a burst beyond the capacity goes by the policy', async () => {
  const given = async (overflow: PushOverflow) => {
    const emitter = new EventEmitter()
    const got = toArray(fromEvents<number>(emitter, 'item', { overflow, capacity: 100, end: 'over' }))
    await settle()
    // one is taken by the reader that waits, before anybody can look
    for (let n = 0; n < 250; n++) emitter.emit('item', n)
    emitter.emit('over')
    return got
  }
  const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
  expect(await given('dropOldest')).toEqual(upTo(150, 250))
  expect(await given('dropNewest')).toEqual(upTo(0, 100))
  expect(await given('latest')).toEqual([249])
  await expect(given('fail')).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
})

test('an event target; what to make of the arguments', async () => {
  const target = new EventTarget()
  const types = toArray(
    fromEvents(target, 'error', { overflow: 'fail', item: (e: Event) => e.type }).pipe(take(1)),
  )
  await settle()
  target.dispatchEvent(new Event('error'))
  expect(await types).toEqual(['error'])

  const emitter = new EventEmitter()
  const item = (a: number, b: number) => (a > 0 ? a + b : undefined)
  const sums = toArray(fromEvents(emitter, 'pair', { overflow: 'fail', item }).pipe(take(1)))
  await settle()
  emitter.emit('pair', 0, 1)
  emitter.emit('pair', 1, 2)
  expect(await sums).toEqual([3])
})

test('an error event, or a function that throws, fails the run', async () => {
  const cause = new Error('no')
  const emitter = new EventEmitter()
  const failing = toArray(fromEvents(emitter, 'item', { overflow: 'fail' })).catch((error: unknown) => error)
  await settle()
  emitter.emit('error', cause)
  expect(await failing).toMatchObject({ term: 'fromEvents', cause })

  const item = () => {
    throw cause
  }
  const thrown = toArray(fromEvents(emitter, 'item', { overflow: 'fail', item })).catch(
    (error: unknown) => error,
  )
  await settle()
  emitter.emit('item')
  expect(await thrown).toMatchObject({ term: 'fromEvents', cause })
  expect(listeners(emitter)).toEqual([])
})

test('lets the emitter go on stop and on cancel', async () => {
  const emitter = new EventEmitter()
  const graph = fromEvents(emitter, 'item', { overflow: 'latest' })
  for (const end of ['stop', 'cancel'] as const) {
    const running = run(graph)
    running.done.catch(() => undefined)
    await settle()
    expect(listeners(emitter)).toEqual([1, 1])
    await running[end]()
    expect(listeners(emitter)).toEqual([])
  }
})

test('refuses what makes no sense', () => {
  const emitter = new EventEmitter()
  expect(() => fromEvents({} as never, 'x', { overflow: 'fail' })).toThrow(REFUSED)
  expect(() => fromEvents(emitter, 'x', {} as never)).toThrow(REFUSED)
  expect(() => fromEvents(emitter, 3 as never, { overflow: 'fail' })).toThrow(REFUSED)
  expect(() => fromEvents(emitter, 'x', { overflow: 'fail', item: 3 as never })).toThrow(REFUSED)
  expect(fromEvents(emitter, 'x', { overflow: 'fail' }).isLocal).toBe(true)
})
