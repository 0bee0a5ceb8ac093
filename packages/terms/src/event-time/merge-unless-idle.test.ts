/**
 * Goal: an input is called idle only if it has been silent while the run could hear it: not while the run is paused or held for
 * a checkpoint, not before its first item, and a graph in which it is waited for is no stalled one.
 */

import { parallel, run } from '@millrace/core'
import { MemoryStore, SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { filter, fromIterable, map, mergeByTime } from '../index.ts'

const IDLE_MS = 100

function merging(options: { idleMs: number; startMs?: number } = { idleMs: IDLE_MS }) {
  const clock = new VirtualClock(0)
  const [a, b] = [new SourceProbe<number>('a'), new SourceProbe<number>('b')]
  const sink = new SinkProbe<number>().request()
  const graph = parallel({ a, b }).pipe(
    mergeByTime((n) => n, options),
    sink,
  )
  return { clock, a, b, sink, graph }
}

test('a pause is no silence: what came meanwhile keeps its place', async () => {
  const { clock, a, b, sink, graph } = merging()
  const handle = run(graph, { clock })
  b.send(0)
  a.send(5)
  await clock.advance(IDLE_MS - 1)
  expect(sink.received).toEqual([0])
  handle.pause()
  b.send(1, 2)
  await clock.advance(10 * IDLE_MS)
  handle.resume()
  await settle()
  expect(sink.received).toEqual([0, 1, 2])
  a.end()
  b.end()
  await handle.done
  expect(sink.received).toEqual([0, 1, 2, 5])
  expect(clock.pending).toBe(0)
})

test('after a pause an input is waited for as long as before', async () => {
  const { clock, a, b, sink, graph } = merging()
  const handle = run(graph, { clock })
  b.send(0)
  a.send(1)
  await clock.advance(IDLE_MS - 1)
  handle.pause()
  await clock.advance(10 * IDLE_MS)
  handle.resume()
  await clock.advance(IDLE_MS - 1)
  expect(sink.received).toEqual([0])
  // a timer that fired in the pause looks again after a while
  await clock.advance(IDLE_MS)
  expect(sink.received).toEqual([0, 1])
  a.end()
  b.end()
  await handle.done
})

test('an input that was idle before a pause is waited for again after it', async () => {
  const { clock, a, b, sink, graph } = merging()
  const handle = run(graph, { clock })
  b.send(0)
  a.send(1)
  await clock.advance(IDLE_MS)
  expect(sink.received).toEqual([0, 1])
  handle.pause()
  a.send(5)
  await clock.advance(IDLE_MS)
  handle.resume()
  await settle()
  b.send(4)
  await settle()
  expect(sink.received).toEqual([0, 1, 4])
  a.end()
  b.end()
  await handle.done
})

test('an input that has given nothing yet holds back the others, or for startMs', async () => {
  for (const startMs of [undefined, 5 * IDLE_MS]) {
    const { clock, a, b, sink, graph } = merging({
      idleMs: IDLE_MS,
      ...(startMs === undefined ? {} : { startMs }),
    })
    const { done } = run(graph, { clock })
    a.send(1, 2)
    await clock.advance(5 * IDLE_MS - 1)
    expect(sink.received).toEqual([])
    await clock.advance(1)
    expect(sink.received).toEqual(startMs === undefined ? [] : [1, 2])
    await clock.advance(50 * IDLE_MS)
    b.send(0)
    await settle()
    expect(sink.received).toEqual(startMs === undefined ? [0] : [1, 2, 0])
    b.end()
    a.end()
    await done
    expect([...sink.received].sort()).toEqual([0, 1, 2])
    expect(clock.pending).toBe(0)
  }
})

test('startMs is a time, and belongs to idleMs', () => {
  expect(() => mergeByTime((n: never) => n, { startMs: 5 })).toThrow(/left out without idleMs/)
  expect(() => mergeByTime((n: never) => n, { idleMs: 5, startMs: -1 })).toThrow(/startMs of mergeByTime/)
})

test('a graph that waits for an input to be idle is not stalled, and no edge grows', async () => {
  const clock = new VirtualClock(0)
  const numbers = fromIterable(Array.from({ length: 1000 }, (_, n) => n))
  const sink = new SinkProbe<number>().request()
  const graph = parallel({ a: numbers, b: numbers.pipe(filter((n: number) => n === 0)) }).pipe(
    mergeByTime((n: number) => n, { idleMs: IDLE_MS }),
    sink,
  )
  const { done } = run(graph, { clock, edges: { capacityItems: 4 }, growthLimitItems: 4 })
  await clock.advance(IDLE_MS - 1)
  expect(sink.received).toEqual([0, 0])
  await clock.advance(1)
  const { grown } = await done
  expect(sink.received).toHaveLength(1001)
  expect(grown).toBe(0)
  expect(clock.pending).toBe(0)
})

test('while a checkpoint waits for a call, what came lies on the edges: that is no silence', async () => {
  const { clock, a, b, sink } = merging()
  let finish: () => void = () => {}
  const slow = map((n: number) => new Promise<number>((resolve) => (finish = () => resolve(n))))
  const graph = parallel(
    parallel({ a: a.replays(), b: b.replays() }).pipe(
      mergeByTime((n) => n, { idleMs: IDLE_MS }),
      sink,
    ),
    fromIterable([7]).pipe(slow, new SinkProbe<number>('other').request()),
  )
  const { done } = run(graph, {
    clock,
    checkpoint: { store: new MemoryStore(), everyMs: IDLE_MS / 2, timeoutMs: 10 * IDLE_MS },
  })
  b.send(0)
  a.send(5)
  await clock.advance(IDLE_MS / 2) // the checkpoint is due, and the call under way
  expect(sink.received).toEqual([0])
  b.send(1, 2)
  await clock.advance(5 * IDLE_MS)
  expect(sink.received).toEqual([0])
  finish()
  await settle()
  expect(sink.received).toEqual([0, 1, 2])
  // what has passed before counts
  await clock.advance(IDLE_MS)
  expect(sink.received).toEqual([0, 1, 2, 5])
  a.end()
  b.end()
  await done
})
