/**
 * Goal: windows of a quiet stream are given whatever their loop is doing when it becomes quiet, and never because the loop itself
 * was kept from reading.
 */

import { run } from '@millrace/core'
import { MemoryStore, SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { countOf, fromIterable, sessionWindow, slidingWindow, tumblingWindow, type Window } from '../index.ts'

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
