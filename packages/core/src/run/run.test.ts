// The handle of a run: events, pause, stop, cancel, figures, disposal. Everything settles, and calls may repeat.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, countSlowly, id, items, map, Stuck, source } from '../test/terms.ts'
import { isBalanced } from '../testing/ledger.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'
import { type Run, run } from './run.ts'

function eventsOf(r: Run<never>): string[] {
  const log: string[] = []
  for (const event of ['start', 'stats', 'stall', 'error', 'end'] as const) r.on(event, () => log.push(event))
  r.done.then(
    () => log.push('done'),
    () => log.push('failed'),
  )
  return log
}

test('the summary tells outcome, figures and results', async () => {
  const sink = new Collect<number>()
  const summary = await run(
    count(10).pipe(
      map((n: number) => (n % 2 ? n : undefined)),
      sink,
    ),
  ).done
  expect(summary).toMatchObject({
    outcome: 'completed',
    grown: 0,
    items: { in: 10, out: 5, filtered: 5, discarded: 0 },
    nodes: [
      { id: 'items', in: 0, out: 10, filtered: 0, stage: 0 },
      { id: 'map', in: 10, out: 5, filtered: 5, stage: 0 },
      { id: 'Collect', in: 5, out: 0, filtered: 0, stage: 0 },
    ],
    stages: [{ index: 0, nodes: ['items', 'map', 'Collect'] }],
    edges: [
      { kind: 'fused', from: 'items', output: 'out', to: 'map', input: 'items', items: 0, sent: 10 },
      { kind: 'fused', from: 'map', output: 'out', to: 'Collect', input: 'map', items: 0, sent: 5 },
    ],
    results: { Collect: [1, 3, 5, 7, 9] },
  })
  expect(summary.result(sink)).toEqual([1, 3, 5, 7, 9])
  expect(summary.elapsedMs).toBeGreaterThan(0)
  expect(() => summary.result(new Collect())).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }))
})

test('events of a run that goes well: start, end, then done', async () => {
  const r = run(count(3).pipe(new Collect()))
  const log = eventsOf(r)
  await r.done
  await settle(1)
  expect(log).toEqual(['start', 'end', 'done'])
})

test('events of a run that fails: start, error, end, then failed', async () => {
  const r = run(
    items([1]).pipe(
      map(() => Promise.reject(new Error('no'))),
      new Collect(),
    ),
  )
  const log = eventsOf(r)
  const seen: unknown[] = []
  r.on('error', (error) => seen.push(error))
  await expect(r.done).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'map', item: 1 })
  await settle(1)
  expect(log).toEqual(['start', 'error', 'end', 'failed'])
  expect(seen).toMatchObject([{ message: 'Term "map" failed on item 1: no' }])
})

test('stats come on the run’s clock, and stop with it', async () => {
  const [clock, from, sink] = [
    new VirtualClock(),
    new SourceProbe<number>(),
    new SinkProbe<number>().request(),
  ]
  const r = run(from.pipe(sink), { clock, statsEveryMs: 100 })
  const seen: number[] = []
  r.on('stats', ({ items: ledger }) => seen.push(ledger.in))
  await clock.advance(150)
  from.send(1, 2)
  await clock.advance(100)
  from.end()
  await r.done
  expect([seen, clock.pending]).toEqual([[0, 2], 0])
  expect(r.stats().items).toMatchObject({ in: 2, out: 2 })
})

test('figures before the start are all zero', () => {
  const r = run(count(1).pipe(new Collect()))
  expect(r.stats()).toMatchObject({ elapsedMs: 0, nodes: [], items: { in: 0 } })
  return r.done
})

test('pause moves nothing, resume goes on; both may repeat', async () => {
  const [from, sink] = [new SourceProbe<number>(), new SinkProbe<number>().request()]
  const r = run(from.pipe(sink))
  from.send(1)
  await settle()
  r.pause()
  r.pause()
  from.send(2, 3)
  await settle()
  expect(sink.received).toEqual([1])
  r.resume()
  r.resume()
  from.end()
  await settled(r)
  expect(sink.received).toEqual([1, 2, 3])
})

test('a run paused before it begins waits for resume', async () => {
  const sink = new SinkProbe<number>().request()
  const r = run(count(3).pipe(sink))
  r.pause()
  await settle()
  expect(sink.received).toEqual([])
  r.resume()
  await settled(r)
  expect(sink.received).toEqual([0, 1, 2])
})

test('stop lets the sources end and drains what is under way', async () => {
  const [sink, log] = [new SinkProbe<number>(), [] as string[]]
  const endless = source(
    function* () {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        log.push('closed')
      }
    },
    { end: () => [-1], exit: () => void log.push('exit') },
  )
  const r = run(endless.pipe(id().edge({ capacityItems: 8 }), sink.edge({ capacityItems: 8 })))
  await settle()
  const stopped = r.stop()
  expect(r.stop()).toBe(stopped instanceof Promise ? r.done : undefined)
  sink.request()
  const summary = await stopped
  expect([summary.outcome, log, sink.received.at(-1)]).toEqual(['stopped', ['closed', 'exit'], -1])
  expect(sink.received.slice(0, -1)).toEqual(sink.received.slice(0, -1).map((_, i) => i))
  expect(summary.items.discarded).toBe(0)
})

test('stop works at once, while nodes are being entered, and on a paused run', async () => {
  const endless = () =>
    source(function* () {
      for (let n = 0; ; n++) yield n
    })
  const slowEnter = () =>
    source(
      function* () {
        for (let n = 0; ; n++) yield n
      },
      { enter: () => settle(3) },
    )
  expect((await settledStop(run(endless().pipe(new Collect())))).outcome).toBe('stopped')
  const entering = run(slowEnter().pipe(new Collect()))
  await settle(1)
  expect((await settledStop(entering)).outcome).toBe('stopped')
  const paused = run(countSlowly(1e9).pipe(new Collect()))
  await settle(2)
  paused.pause()
  expect((await settledStop(paused)).outcome).toBe('stopped')
})

function settledStop(r: Run<never>): ReturnType<typeof settled> {
  r.stop().catch(() => undefined)
  return settled(r)
}

test('a term may stop or cancel its own run', async () => {
  const sink = new Collect<number>()
  const stopping: Run<never> = run(
    source(function* () {
      for (let n = 0; ; n++) {
        if (n === 5) stopping.stop().catch(() => undefined)
        yield n
      }
    }).pipe(sink),
  )
  expect((await settled(stopping)).result(sink).slice(0, 5)).toEqual([0, 1, 2, 3, 4])
  const cancelling: Run<never> = run(
    count(1000).pipe(
      map((n: number) => {
        if (n === 5) void cancelling.cancel('enough')
        return n
      }),
      new Collect(),
    ),
  )
  await expect(settled(cancelling)).rejects.toMatchObject({ code: 'CANCELLED', cause: 'enough' })
})

test('cancel ends the run with the reason; again, or later, it does nothing', async () => {
  const r = run(
    parallel(
      count(10).pipe(new Stuck().edge({ capacityItems: 20 })),
      new SourceProbe().pipe(new Collect()),
    ) as Term<never, never>,
  )
  const log = eventsOf(r)
  await settle()
  await Promise.all([r.cancel('first'), r.cancel('second')])
  await r.cancel('third')
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED', cause: 'first' })
  expect(isBalanced(r.stats().items)).toBe(true)
  expect(r.stats().items).toMatchObject({ in: 10, out: 1, discarded: 9 })
  expect(log).toEqual(['start', 'error', 'end', 'failed'])
})

test('cancel before the start: nothing is entered', async () => {
  let entered = 0
  const r = run(items([1], { enter: () => void entered++ }).pipe(new Collect()))
  const cancelled = r.cancel('at once')
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await cancelled
  expect(entered).toBe(0)
})

test('a cancel at any moment of the start ends the run', async () => {
  for (let turns = 0; turns < 40; turns++) {
    const r = run(new SourceProbe<number>().pipe(new Collect<number>()))
    for (let turn = 0; turn < turns; turn++) await undefined
    void r.cancel('now')
    await expect(settled(r)).rejects.toMatchObject({ code: 'CANCELLED', cause: 'now' })
  }
})

test('an AbortSignal cancels, before and during the run, and is let go after it', async () => {
  await expect(
    run(count(1).pipe(new Collect()), { signal: AbortSignal.abort('early') }).done,
  ).rejects.toMatchObject({
    code: 'CANCELLED',
    cause: 'early',
  })
  const abort = new AbortController()
  const r = run(count(1).pipe(new Stuck()), { signal: abort.signal })
  await settle()
  abort.abort('later')
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED', cause: 'later' })
  const over = new AbortController()
  const { done } = run(count(1).pipe(new Collect()), { signal: over.signal })
  await done
  over.abort()
  expect(await done).toMatchObject({ outcome: 'completed' })
})

test('leaving the scope of `await using` cancels', async () => {
  const source = new SourceProbe<number>()
  const r = run(source.pipe(new Collect()))
  await settle()
  await r[Symbol.asyncDispose]()
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED', cause: 'its scope was left' })
  expect(source.closed).toBe(true)
  const over = run(count(1).pipe(new Collect()))
  await over.done
  await over[Symbol.asyncDispose]()
})

test('one term can be in several runs at once, each with its own state', async () => {
  const sink = new Collect<number>()
  const term = countSlowly(20).pipe(sink)
  const summaries = await Promise.all([run(term).done, run(term).done, run(term).done])
  for (const summary of summaries)
    expect(summary.result(sink)).toEqual(Array.from({ length: 20 }, (_, i) => i))
})
