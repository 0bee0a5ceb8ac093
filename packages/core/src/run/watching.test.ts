// Goal: what can be seen of a run from outside: what its stages do with their time, and which of them starve.

import { expect, test } from 'vitest'
import { count, items, map, source } from '../test/terms.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'
import { run } from './run.ts'

const slow = () => map(async (n: number) => n).edge({ capacityItems: 4 })

test('stages tell what waits for them, and what holds them back', async () => {
  const sink = new SinkProbe<number>()
  const r = run(count(100).pipe(slow(), sink.edge({ capacityItems: 4 })))
  await settle()
  const [from, middle] = r.stats().stages
  expect([from, middle]).toMatchObject([
    { nodes: ['items'], runsOn: 'caller', queuedItems: 0, sentBytes: 0, receivedBytes: 0 },
    { nodes: ['map'], runsOn: 'caller', queuedItems: 4 },
  ])
  expect(from?.backpressuredShare).toBeGreaterThan(0)
  sink.request()
  const { stages } = await r.done
  expect(stages.map(({ queuedItems }) => queuedItems)).toEqual([0, 0, 0])
  for (const { busyShare, waitingShare, backpressuredShare, idleShare, meanBatchItems } of stages) {
    expect(busyShare + waitingShare + backpressuredShare + idleShare).toBeCloseTo(1, 9)
    expect(meanBatchItems).toBeGreaterThanOrEqual(1)
  }
})

test('the mean batch is that of the windows taken', async () => {
  const r = run(items(['a', 'b', 'c']).pipe(map((text: string) => text)))
  const { stages } = await r.done
  expect(stages).toMatchObject([
    { nodes: ['items', 'map'], meanBatchItems: 3, activations: expect.any(Number) },
  ])
})

test('a stage that is ready and never gets its turn is told, once', async () => {
  const clock = new VirtualClock()
  const endless = source(function* () {
    for (let n = 0; ; n++) yield n
  })
  const sink = new SinkProbe<number>().request()
  // the source makes its reader ready first and itself last: always taking the last one is unfair
  const r = run(endless.pipe(sink.edge({ capacityItems: 8, overflow: 'dropOldest' })), {
    clock,
    starvationMs: 100,
    pick: (ready) => ready - 1,
  })
  const told: unknown[] = []
  r.on('starvation', ({ nodes, queuedItems }) => told.push([clock.now(), nodes, queuedItems]))
  await clock.advance(500)
  expect(told).toEqual([[125, ['SinkProbe'], 8]])
  await r.cancel()
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(clock.pending).toBe(0)
})

test('a pause is nobody’s starvation', async () => {
  const clock = new VirtualClock()
  const sink = new SinkProbe<number>().request()
  const r = run(count(10).pipe(slow(), sink), { clock, starvationMs: 100 })
  const told: unknown[] = []
  r.on('starvation', (stage) => told.push(stage))
  r.pause()
  await clock.advance(1000)
  r.resume()
  await r.done
  expect([told, sink.received.length]).toEqual([[], 10])
})

test('whoever does not listen pays for no timer', async () => {
  const clock = new VirtualClock()
  const sink = new SinkProbe<number>()
  const r = run(count(10).pipe(sink), { clock })
  await settle()
  expect(clock.pending).toBe(0)
  sink.request()
  await r.done
})
