/**
 * Goal: windows of a quiet stream are given whatever their loop is doing when it becomes quiet, and never because the loop itself
 * was kept from reading.
 */

import { parallel, run } from '@millrace/core'
import { MemoryStore, SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import {
  countOf,
  fromIterable,
  type KeyedWindow,
  sessionWindow,
  slidingWindow,
  tumblingWindow,
  type Window,
} from '../index.ts'

const IDLE_MS = 100
const time = (at: number): number => at

function windowing() {
  const clock = new VirtualClock(0)
  const source = new SourceProbe<number>()
  const sink = new SinkProbe<Window<number>>()
  const window = tumblingWindow({ sizeMs: 10, time, late: 'drop', aggregate: countOf(), idleMs: IDLE_MS })
  return { clock, source, sink, graph: source.replays().pipe(window, sink) }
}

test('a stream that becomes quiet while the output is full', async () => {
  const { clock, source, sink, graph } = windowing()
  const { done } = run(graph, { clock, edges: { capacityItems: 1 }, batchItems: 1 })
  sink.request(1)
  source.send(1, 11, 21, 31, 41)
  await clock.advance(10 * IDLE_MS)
  expect(sink.received.map(({ start }) => start)).toEqual([0])
  sink.request()
  await clock.advance(IDLE_MS)
  expect(sink.received.map(({ start }) => start)).toEqual([0, 10, 20, 30, 40])
  source.end()
  await done
  expect(sink.received).toHaveLength(5)
  expect(clock.pending).toBe(0)
})

test('a pause is no silence', async () => {
  const { clock, source, sink, graph } = windowing()
  const handle = run(graph, { clock })
  sink.request()
  source.send(1)
  await clock.advance(IDLE_MS - 1)
  handle.pause()
  source.send(2, 3)
  await clock.advance(10 * IDLE_MS)
  handle.resume()
  await settle()
  expect(sink.received).toEqual([])
  await clock.advance(IDLE_MS)
  expect(sink.received).toEqual([{ start: 0, end: 10, value: 3 }])
  source.end()
  await handle.done
})

test('a checkpoint may be taken while windows wait to be given', async () => {
  const { clock, source, sink, graph } = windowing()
  const running = run(graph, { clock, checkpoint: { store: new MemoryStore(), everyMs: 30 } })
  const ids: number[] = []
  running.on('checkpoint', ({ id }) => ids.push(id))
  sink.request()
  source.send(1, 2)
  await clock.advance(IDLE_MS)
  expect(ids).toEqual([1, 2, 3, 4])
  expect(sink.received).toEqual([{ start: 0, end: 10, value: 2 }])
  source.end()
  await running.done
})

test('an item within a session that was given begins one of its own, if that would last longer', async () => {
  const clock = new VirtualClock(0)
  const source = new SourceProbe<number>()
  const given = new SinkProbe<Window<number[]>>('given').request()
  const late = new SinkProbe<number>('late').request()
  const session = source.pipe(sessionWindow({ gapMs: 10, time, late: 'port', idleMs: IDLE_MS }))
  const { done } = run(parallel(session.port('windows').pipe(given), session.port('late').pipe(late)), {
    clock,
  })
  source.send(30)
  await clock.advance(IDLE_MS)
  source.send(30, 33)
  source.end()
  await done
  expect(given.received).toEqual([
    { start: 30, end: 40, value: [30] },
    { start: 33, end: 43, value: [33] },
  ])
  expect(late.received).toEqual([30])
})

test('a key that is quiet while another is not has one watermark with it', async () => {
  const clock = new VirtualClock(0)
  const source = new SourceProbe<readonly [string, number]>()
  const given = new SinkProbe<KeyedWindow<string, number>>('given').request()
  const late = new SinkProbe<readonly [string, number]>('late').request()
  const windows = source.pipe(
    tumblingWindow({
      sizeMs: 10,
      time: ([, at]: readonly [string, number]) => at,
      key: ([key]) => key,
      late: 'port',
      aggregate: countOf(),
      idleMs: IDLE_MS,
    }),
  )
  const { done } = run(parallel(windows.port('windows').pipe(given), windows.port('late').pipe(late)), {
    clock,
  })
  source.send(['a', 1], ['b', 2])
  for (let at = 3; at < 10; at++) {
    await clock.advance(IDLE_MS / 2)
    source.send(['b', at])
  }
  await settle()
  expect(given.received).toEqual([])
  await clock.advance(IDLE_MS)
  expect(given.received).toEqual([
    { start: 0, end: 10, key: 'a', value: 1 },
    { start: 0, end: 10, key: 'b', value: 8 },
  ])
  source.send(['a', 9])
  source.end()
  await done
  expect(late.received).toEqual([['a', 9]])
})

const idleMs = IDLE_MS
for (const [name, make] of Object.entries({
  tumblingWindow: (late: object) => tumblingWindow({ sizeMs: 10, time, idleMs, ...late }),
  slidingWindow: (late: object) => slidingWindow({ sizeMs: 10, slideMs: 5, time, idleMs, ...late }),
  sessionWindow: (late: object) => sessionWindow({ gapMs: 10, time, idleMs, ...late }),
})) {
  test(`${name} with idleMs is told what becomes of late items`, () => {
    expect(() => make({})).toThrow(`late of ${name}() must be 'drop' or 'port' with idleMs`)
    expect(() => make({ late: 'fail' })).toThrow(/any quiet spell within a window/)
    for (const late of ['drop', 'port']) expect(() => fromIterable([1]).pipe(make({ late }))).not.toThrow()
  })
}
