// The probes show and steer what the engine asks: demand, back pressure, end, failure, cancel.

import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { SinkProbe } from './sink-probe.ts'
import { SourceProbe } from './source-probe.ts'
import { settle } from './virtual-clock.ts'

test('items pass one by one as the sink requests them', async () => {
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
  const { done } = run(source.pipe(sink))
  await settle()
  expect([source.demand, source.asked]).toEqual([1, 1])
  source.send(1, 2, 3)
  await settle()
  expect([sink.received, sink.isHolding]).toEqual([[], true])
  expect(await sink.next()).toBe(1)
  sink.request(1)
  await settle()
  expect(sink.received).toEqual([1, 2])
  source.end()
  expect([await sink.next(), await sink.next(), await sink.next()]).toEqual([3, undefined, undefined])
  const summary = await done
  expect([sink.ended, sink.exited, summary.result(sink)]).toEqual([true, true, [1, 2, 3]])
})

test('the engine asks no further than there is room', async () => {
  for (const capacityItems of [1, 2, 5, 16]) {
    const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
    const r = run(source.pipe(sink.edge({ capacityItems })))
    source.send(...Array.from({ length: 100 }, (_, i) => i))
    await settle()
    // one in the sink's hands, the edge full, one read ahead
    expect(source.asked, `capacity ${capacityItems}`).toBeLessThanOrEqual(capacityItems + 2)
    sink.request(10)
    await settle()
    expect(sink.received).toHaveLength(10)
    expect(source.asked).toBeLessThanOrEqual(10 + capacityItems + 2)
    await r.cancel()
    await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(source.closed).toBe(true)
  }
})

test('a failing source fails the run and frees who waits for the sink', async () => {
  const [source, sink] = [new SourceProbe<number>('numbers'), new SinkProbe<number>()]
  const { done } = run(source.pipe(sink))
  const next = sink.next()
  source.fail(new Error('broken'))
  await expect(done).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'numbers', phase: 'generate' })
  expect([await next, sink.ended, sink.exited]).toEqual([undefined, false, true])
})

test('stop closes the source and lets what was sent come through', async () => {
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
  const r = run(source.pipe(sink))
  source.send(1)
  await settle()
  sink.request()
  const summary = await r.stop()
  expect([summary.outcome, sink.received, source.closed]).toEqual(['stopped', [1], true])
})

test('a source probe is for one run', async () => {
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
  source.end()
  await run(source.pipe(sink)).done
  await expect(run(source.pipe(sink)).done).rejects.toMatchObject({ cause: { code: 'WRONG_STATE' } })
})
