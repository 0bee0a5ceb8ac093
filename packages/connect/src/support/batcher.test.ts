// How a sink gathers items: batches in order, one written at a time, nothing left out, nothing unbounded.

import { settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { Batcher, batchingOf } from './batcher.ts'

/** A batcher whose writes are let through by hand. */
function batcherOf(batchItems: number, batchMs = 100) {
  const clock = new VirtualClock()
  const written: (readonly number[])[] = []
  const open: { resolve: () => void; reject: (error: unknown) => void }[] = []
  const batcher = new Batcher<number>(batchingOf('sink', { batchItems, batchMs }), clock, (batch) => {
    written.push(batch)
    return new Promise((resolve, reject) => void open.push({ resolve, reject }))
  })
  return { clock, written, open, batcher }
}

test('a full batch is written while the next is gathered; a second full one waits', async () => {
  const { written, open, batcher } = batcherOf(2)
  expect(batcher.add(1)).toBe(undefined)
  await batcher.add(2)
  expect(batcher.add(3)).toBe(undefined)
  let isThrough = false
  const held = Promise.resolve(batcher.add(4)).then(() => {
    isThrough = true
  })
  await settle()
  expect([written, isThrough]).toEqual([[[1, 2]], false])
  open[0]?.resolve()
  await held
  expect(written).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('a batch that is not full goes when its time has come', async () => {
  const { clock, written, batcher } = batcherOf(10)
  batcher.add(1)
  await clock.advance(60)
  batcher.add(2)
  await clock.advance(39)
  await settle()
  expect(written).toEqual([])
  await clock.advance(1)
  await settle()
  expect(written).toEqual([[1, 2]])
})

test('flush resolves once all that was added is written', async () => {
  const { written, open, batcher } = batcherOf(10)
  batcher.add(1)
  let isFlushed = false
  const flushed = batcher.flush().then(() => {
    isFlushed = true
  })
  await settle()
  expect([written, isFlushed]).toEqual([[[1]], false])
  open[0]?.resolve()
  await flushed
  await batcher.flush()
  expect(written.length).toBe(1)
})

test('what a write fails with is told to flush and with the next item, for good', async () => {
  const { clock, open, batcher } = batcherOf(10)
  batcher.add(1)
  await clock.advance(100)
  await settle()
  open[0]?.reject(new Error('disk full'))
  await settle()
  expect(() => batcher.add(2)).toThrow('disk full')
  await expect(batcher.flush()).rejects.toThrow('disk full')
})

test('the end forgets what is not written, waits for what is being written, and leaves no timer', async () => {
  const { clock, written, open, batcher } = batcherOf(2)
  await batcher.add(1)
  await batcher.add(2)
  batcher.add(3)
  let hasEnded = false
  const end = batcher.end().then(() => {
    hasEnded = true
  })
  await settle()
  expect(hasEnded).toBe(false)
  open[0]?.reject(new Error('gone'))
  await end
  await clock.advance(1000)
  await settle()
  expect(written).toEqual([[1, 2]])
})

test.each([{ batchItems: 0 }, { batchItems: 2_000_000 }, { batchMs: 0 }])(
  '%o is no way to gather',
  (options) => {
    expect(() => batchingOf('sink', options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  },
)
