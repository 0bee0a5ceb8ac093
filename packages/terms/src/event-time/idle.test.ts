/**
 * Goal: with `idleMs`, an input or a stream that is quiet holds no window back; what comes after that is late, exactly.
 * Without, it does hold them back.
 */

import { parallel, run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { countOf, mergeByTime, sessionWindow, slidingWindow, tumblingWindow, type Window } from '../index.ts'

const IDLE_MS = 100

test('an input that idles holds the others back for so long, and again once it has given something', async () => {
  const clock = new VirtualClock(0)
  const [a, b] = [new SourceProbe<number>('a'), new SourceProbe<number>('b')]
  const sink = new SinkProbe<number>().request()
  const merged = parallel({ a, b }).pipe(
    mergeByTime((n) => n, { idleMs: IDLE_MS }),
    sink,
  )
  const { done } = run(merged, { clock })
  b.send(0)
  a.send(1, 2, 3)
  await clock.advance(IDLE_MS - 1)
  expect(sink.received).toEqual([0])
  await clock.advance(1)
  expect(sink.received).toEqual([0, 1, 2, 3])
  // still idle: nothing of the other one waits
  a.send(10)
  await settle()
  expect(sink.received).toEqual([0, 1, 2, 3, 10])
  // late, and at once; from now on it is waited for again
  b.send(5)
  await settle()
  expect(sink.received).toEqual([0, 1, 2, 3, 10, 5])
  a.send(20)
  await clock.advance(IDLE_MS - 1)
  expect(sink.received).toHaveLength(6)
  b.send(15)
  await settle()
  expect(sink.received).toEqual([0, 1, 2, 3, 10, 5, 15])
  b.end()
  await settle()
  expect(sink.received).toEqual([0, 1, 2, 3, 10, 5, 15, 20])
  a.end()
  await done
  expect(clock.pending).toBe(0)
})

test('with both in time it gives the order of their times', async () => {
  const clock = new VirtualClock(0)
  const [a, b] = [new SourceProbe<number>('a'), new SourceProbe<number>('b')]
  const sink = new SinkProbe<number>().request()
  const { done } = run(
    parallel({ a, b }).pipe(
      mergeByTime((n) => n, { idleMs: IDLE_MS }),
      sink,
    ),
    { clock },
  )
  for (let n = 0; n < 50; n += 2) {
    b.send(n + 1)
    await clock.advance(IDLE_MS / 4)
    a.send(n)
    await clock.advance(IDLE_MS / 4)
  }
  a.end()
  b.end()
  await done
  expect(sink.received).toEqual(Array.from({ length: 50 }, (_, n) => n))
})

const time = (at: number): number => at
const windows = {
  tumbling: (idle: object) =>
    tumblingWindow({ sizeMs: 10, time, outOfOrderMs: 3, late: 'port', aggregate: countOf(), ...idle }),
  sliding: (idle: object) =>
    slidingWindow({
      sizeMs: 10,
      slideMs: 10,
      time,
      outOfOrderMs: 3,
      late: 'port',
      aggregate: countOf(),
      ...idle,
    }),
}

for (const [name, make] of Object.entries(windows)) {
  test(`${name} windows of a quiet stream are given, and what they miss is late`, async () => {
    const clock = new VirtualClock(0)
    const source = new SourceProbe<number>()
    const given = new SinkProbe<Window<number>>('given').request()
    const late = new SinkProbe<number>('late').request()
    const windowed = source.pipe(make({ idleMs: IDLE_MS }))
    const { done } = run(parallel(windowed.port('windows').pipe(given), windowed.port('late').pipe(late)), {
      clock,
    })
    source.send(1, 12, 4)
    await clock.advance(IDLE_MS - 1)
    expect(given.received).toEqual([])
    // another item: the time begins again
    source.send(13)
    await clock.advance(IDLE_MS - 1)
    expect(given.received).toEqual([{ start: 0, end: 10, value: 2 }])
    await clock.advance(1)
    expect(given.received.slice(1)).toEqual([{ start: 10, end: 20, value: 2 }])
    // all of the first window, and of the second, are late; of the third none
    source.send(9, 19, 20, 25, 18)
    await settle()
    expect(late.received).toEqual([9, 19, 18])
    // once only
    await clock.advance(10 * IDLE_MS)
    expect(given.received.slice(2)).toEqual([{ start: 20, end: 30, value: 2 }])
    source.send(29, 31)
    source.end()
    await done
    expect(late.received).toEqual([9, 19, 18, 29])
    expect(given.received.slice(3)).toEqual([{ start: 30, end: 40, value: 1 }])
    expect(clock.pending).toBe(0)
  })
}

test('without idleMs a quiet stream keeps its windows', async () => {
  const clock = new VirtualClock(0)
  const source = new SourceProbe<number>()
  const given = new SinkProbe<Window<number>>().request()
  const { done } = run(source.pipe(windows.tumbling({}).port('windows'), given), { clock })
  source.send(1, 12, 4)
  await clock.advance(100 * IDLE_MS)
  expect(given.received).toEqual([])
  source.end()
  await done
})

test('sessions of a quiet stream, and those that may still change', async () => {
  const clock = new VirtualClock(0)
  const source = new SourceProbe<number>()
  const sink = new SinkProbe<Window<number[]>>().request()
  const session = sessionWindow({
    gapMs: 10,
    time,
    allowedLatenessMs: 20,
    late: 'drop' as const,
    idleMs: IDLE_MS,
  })
  const { done } = run(source.pipe(session, sink), { clock })
  source.send(1, 5, 30)
  await clock.advance(IDLE_MS)
  expect(sink.received).toEqual([
    { start: 1, end: 15, value: [1, 5] },
    { start: 30, end: 40, value: [30] },
  ])
  // within what is allowed: the session is given once more
  source.send(33)
  await clock.advance(IDLE_MS)
  expect(sink.received.slice(2)).toEqual([{ start: 30, end: 43, value: [30, 33], isLate: true }])
  source.end()
  await done
})

test('idleMs is a time, and of event time', () => {
  expect(() => tumblingWindow({ sizeMs: 1, idleMs: 5 })).toThrow(/left out in processing time/)
  expect(() => tumblingWindow({ sizeMs: 1, time, idleMs: 0 })).toThrow(/idleMs of tumblingWindow/)
  expect(() => mergeByTime(time as never, { idleMs: Number.NaN })).toThrow(/idleMs of mergeByTime/)
})
