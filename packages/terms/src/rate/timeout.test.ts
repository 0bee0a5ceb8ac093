/** Goal: `timeout` passes a stream that keeps coming, and fails one that falls silent, at the right time. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { timeout } from '../index.ts'
import { expectEverywhere, REFUSED } from '../shape/test/everywhere.ts'

test('passes what comes', async () => {
  await expectEverywhere(
    () => timeout(1e6),
    (items) => items,
  )
})

test('fails after ms without an item, or after firstMs without the first', async () => {
  for (const [sends, failsAt] of [
    [[], 30],
    [[5, 12], 22],
  ] as const) {
    const clock = new VirtualClock()
    const source = new SourceProbe<number>()
    const { done } = run(source.pipe(timeout(10, { firstMs: 30 })), { clock })
    let failedAt = -1
    const failing = done.catch((error: unknown) => {
      failedAt = clock.now()
      return error
    })
    await settle()
    for (const at of sends) {
      await clock.advance(at - clock.now())
      source.send(at)
      await settle()
    }
    await clock.advance(100)
    expect(await failing).toMatchObject({ term: 'timeout', cause: { code: 'TIMED_OUT' } })
    expect([failedAt, clock.pending]).toEqual([failsAt, 0])
  }
})

test('a reader that is slow is no silent source', async () => {
  const clock = new VirtualClock()
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
  const options = { clock, edges: { capacityItems: 1 }, batchItems: 1 }
  const { done } = run(source.pipe(timeout(10), sink), options)
  source.send(1, 2, 3, 4, 5, 6)
  source.end()
  await clock.advance(1000)
  sink.request()
  await done
  expect(sink.received).toEqual([1, 2, 3, 4, 5, 6])
})

test('refuses what is no duration', () => {
  expect(() => timeout(0)).toThrow(REFUSED)
  expect(() => timeout(1, { firstMs: -1 })).toThrow(REFUSED)
})
