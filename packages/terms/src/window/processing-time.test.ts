/** Goal: in processing time the clock decides which window an item is in, and gives windows while no item comes. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import {
  countOf,
  fromIterable,
  sessionWindow,
  slidingWindow,
  toArray,
  tumblingWindow,
  type Window,
} from '../index.ts'

test('a timer gives a window of a source that idles', async () => {
  const clock = new VirtualClock(1000)
  const source = new SourceProbe<string>()
  const sink = new SinkProbe<Window<string[]>>().request()
  const { done } = run(source.pipe(tumblingWindow({ sizeMs: 100 }), sink), { clock })
  source.send('a', 'b')
  await clock.advance(99)
  expect(sink.received).toEqual([])
  await clock.advance(1)
  expect(sink.received).toEqual([{ start: 1000, end: 1100, value: ['a', 'b'] }])
  source.send('c')
  await clock.advance(30)
  source.end()
  await done
  expect(sink.received.slice(1)).toEqual([{ start: 1100, end: 1200, value: ['c'] }])
  expect(clock.pending).toBe(0)
})

test('sliding windows overlap, and sessions end after a gap', async () => {
  const clock = new VirtualClock(0)
  const source = new SourceProbe<string>()
  const counts = new SinkProbe<Window<number>>('counts').request()
  const visits = new SinkProbe<Window<string[]>>('visits').request()
  const { done } = run(
    source.parallel(
      slidingWindow<string, undefined, number>({ sizeMs: 20, slideMs: 10, aggregate: countOf() }).pipe(
        counts,
      ),
      sessionWindow<string>({ gapMs: 15 }).pipe(visits),
    ),
    { clock },
  )
  await clock.advance(0)
  for (const [item, ms] of [
    ['a', 5],
    ['b', 16],
    ['c', 40],
  ] as const) {
    source.send(item)
    await clock.advance(ms)
  }
  expect(visits.received).toEqual([
    { start: 0, end: 20, value: ['a', 'b'] },
    { start: 21, end: 36, value: ['c'] },
  ])
  expect(counts.received.map(({ start, value }) => [start, value])).toEqual([
    [-10, 2],
    [0, 2],
    [10, 1],
    [20, 1],
  ])
  source.end()
  await done
  expect(clock.pending).toBe(0)
})

test('a clock that is set back opens no window again', async () => {
  const clock = new VirtualClock(50)
  function* source() {
    yield 'a'
    clock.jump(-45)
    yield 'b'
    clock.jump(115)
    yield 'c'
  }
  const windows = await toArray(fromIterable(source).pipe(tumblingWindow({ sizeMs: 10 })), {
    clock,
    batchItems: 1,
    edges: { capacityItems: 1 },
  })
  expect(windows.map(({ start }) => start)).toEqual(
    windows.map(({ start }) => start).toSorted((a, b) => a - b),
  )
  expect(windows.flatMap(({ value }) => value)).toEqual(['a', 'b', 'c'])
})

test('a cancelled run leaves no timer', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<string>()
  const running = run(source.pipe(sessionWindow({ gapMs: 10 }), new SinkProbe()), { clock })
  source.send('a')
  await settle()
  expect(clock.pending).toBe(1)
  const failed = expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await running.cancel('enough')
  await failed
  await settle()
  expect(clock.pending).toBe(0)
})

test('a sink that takes nothing holds the windows back', async () => {
  const clock = new VirtualClock()
  const sink = new SinkProbe<Window<number[]>>()
  const running = run(
    fromIterable(Array.from({ length: 50 }, (_, n) => n)).pipe(tumblingWindow({ sizeMs: 10 }), sink),
    { clock, edges: { capacityItems: 4 } },
  )
  await settle()
  expect(sink.isHolding).toBe(true)
  sink.request()
  await running.done
  expect(sink.received.flatMap(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, n) => n))
})
