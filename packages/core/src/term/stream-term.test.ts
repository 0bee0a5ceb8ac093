// Stream terms read at their own pace, look back as far as their history allows, and await room to emit.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { run } from '../run/run.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, id, items } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'
import {
  type HistoryBound,
  MultiStreamTerm,
  type StreamContext,
  StreamTerm,
  type View,
} from './stream-term.ts'

type Body<In, Out> = (view: View<In>, ctx: StreamContext<number, Out>) => Promise<void>

class Stream<In, Out> extends StreamTerm<In, Out, number> {
  override readonly history: HistoryBound
  readonly #body: Body<In, Out>

  constructor(body: Body<In, Out>, history: HistoryBound = 'none') {
    super()
    this.#body = body
    this.history = history
  }

  override initialState() {
    return 0
  }

  override run(view: View<In>, ctx: StreamContext<number, Out>) {
    return this.#body(view, ctx)
  }
}

async function results<In, Out>(from: readonly In[], term: Stream<In, Out>): Promise<readonly Out[]> {
  const sink = new Collect<Out>()
  const summary = await settled(run(items(from).pipe(term as Stream<any, any>, sink)))
  checkLedger(summary)
  return summary.result(sink)
}

test('next, peek, ended', async () => {
  const log: unknown[] = []
  const term = new Stream<string, string>(async (view) => {
    log.push(
      view.peek(),
      view.peek(),
      await view.next(),
      await view.next(),
      view.ended,
      await view.next(),
      view.ended,
    )
  })
  await results(['a', 'b'], term)
  expect(log.filter((entry) => entry !== undefined)).toEqual(
    ['a', 'a', 'a', 'b', true, true].slice(log[0] === 'a' ? 0 : 2),
  )
})

test('without history a view keeps the newest item', async () => {
  const term = new Stream<number, readonly number[]>(async (view, ctx) => {
    for await (const _ of view) await ctx.emit([view.length, view.at(-1), view.at(0)])
  })
  expect(await results([5, 6], term)).toEqual([
    [1, 5, 5],
    [1, 6, 6],
  ])
})

test('a history of items, from both ends; outside of it is a RangeError', async () => {
  const term = new Stream<number, unknown>(
    async (view, ctx) => {
      for await (const _ of view) {
        await ctx.emit([view.length, view.at(0), view.at(-1)])
      }
      for (const index of [3, -4, 0.5]) {
        await ctx.emit(thrownBy(() => view.at(index)))
      }
    },
    { items: 3 },
  )
  expect(await results([1, 2, 3, 4, 5], term)).toEqual([
    [1, 1, 1],
    [2, 1, 2],
    [3, 1, 3],
    [3, 2, 4],
    [3, 3, 5],
    'RangeError',
    'RangeError',
    'RangeError',
  ])
})

function thrownBy(f: () => unknown): string {
  try {
    return String(f())
  } catch (error) {
    return (error as Error).name
  }
}

test('a history of time keeps what was read in the last so many ms', async () => {
  const [clock, source, sink] = [
    new VirtualClock(),
    new SourceProbe<string>(),
    new SinkProbe<string>().request(),
  ]
  const term = new Stream<string, string>(
    async (view, ctx) => {
      for await (const _ of view)
        await ctx.emit(Array.from({ length: view.length }, (_, i) => view.at(i)).join(''))
    },
    { ms: 100 },
  )
  const r = run(source.pipe(term, sink), { clock })
  for (const [letter, ms] of [
    ['a', 60],
    ['b', 60],
    ['c', 200],
    ['d', 0],
  ] as const) {
    source.send(letter)
    await settle()
    await clock.advance(ms)
  }
  source.end()
  await settled(r)
  expect(sink.received).toEqual(['a', 'ab', 'bc', 'd'])
})

test('emit waits for room', async () => {
  const emitted: number[] = []
  const sink = new SinkProbe<number>()
  const term = new Stream<number, number>(async (view, ctx) => {
    for await (const n of view) {
      await ctx.emit(n)
      emitted.push(n)
    }
  })
  const r = run(count(50).pipe(term, sink.edge({ capacityItems: 3 })))
  await settle()
  expect(emitted.length).toBeLessThanOrEqual(4)
  sink.request()
  await settled(r)
  expect(sink.received).toHaveLength(50)
})

test('next and emit must be awaited one by one', async () => {
  const term = new Stream<number, string>(async (view, ctx) => {
    await view.next()
    const [first, second] = [view.next(), view.next()]
    const refused = await second.then(
      () => 'served',
      (error: Error) => error.name,
    )
    await ctx.emit(refused)
    await first
  })
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<string>().request()]
  const r = run(source.pipe(term, sink))
  source.send(1)
  await settle()
  source.send(2)
  source.end()
  await settled(r)
  expect(sink.received).toEqual(['WrongStateError'])
})

test('returning early lets the writers stop; the rest is accounted for', async () => {
  const sink = new Collect<number>()
  const first = new Stream<number, number>(async (view, ctx) => ctx.emit((await view.next()) as number))
  const summary = await settled(run(count(1e5).pipe(first, sink)))
  expect(summary.result(sink)).toEqual([0])
  checkLedger(summary)
})

test('state, and the end hook after run', async () => {
  class Counting extends StreamTerm<number, number, number> {
    override initialState() {
      return 0
    }
    override async run(view: View<number>, ctx: StreamContext<number, number>) {
      for await (const n of view) ctx.state += n
    }
    override end(ctx: { state: number }) {
      return [ctx.state]
    }
  }
  const sink = new Collect<number>()
  const summary = await settled(run(count(5).pipe(new Counting(), sink)))
  expect(summary.result(sink)).toEqual([10])
  checkLedger(summary)
})

test('a failure in run ends the run, naming the term', async () => {
  const term = new Stream<number, number>(async (view) => {
    await view.next()
    throw new Error('lost')
  }).named('reader')
  await expect(run(count(3).pipe(term, new Collect())).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'reader',
    message: expect.stringContaining('lost'),
  })
})

test('cancel lets a waiting view fail, and the coroutine with it', async () => {
  const seen: string[] = []
  const term = new Stream<number, number>(async (view) => {
    try {
      await view.next()
    } catch (error) {
      seen.push((error as Error).name)
      throw error
    }
  })
  const r = run(new SourceProbe<number>().pipe(term, new Collect()))
  await settle()
  await r.cancel()
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(seen).toEqual(['CancelledError'])
})

test('several views, each at its own pace', async () => {
  class Interleave extends MultiStreamTerm<{ slow: number; fast: number }, number> {
    override async run(
      { slow, fast }: { readonly slow: View<number>; readonly fast: View<number> },
      ctx: StreamContext<unknown, number>,
    ) {
      for await (const n of slow) {
        await ctx.emit(n)
        for (let i = 0; i < 3; i++) await ctx.emit((await fast.next()) ?? -1)
      }
    }
  }
  const sink = new Collect<number>()
  const both = parallel({ slow: items([100, 200]), fast: count(50) })
  const summary = await settled(run(both.pipe(new Interleave(), sink), { edges: { capacityItems: 2 } }))
  expect(summary.result(sink)).toEqual([100, 0, 1, 2, 200, 3, 4, 5])
  checkLedger(summary)
})

class Delayed extends StreamTerm<number, number> {
  async run(view: View<number>, ctx: StreamContext<unknown, number>) {
    const queue: number[] = []
    const reading = (async () => {
      for await (const n of view) queue.push(n)
    })()
    let isOver = false
    reading.then(() => {
      isOver = true
    })
    while (!isOver || queue.length > 0) {
      // the timer is the term's own: only `hold` tells the engine of it
      const release = ctx.hold()
      await new Promise<void>((resolve) => void ctx.clock.after(2, resolve))
      const n = queue.shift()
      if (n !== undefined) await ctx.emit(n)
      release()
    }
  }
}

test('a term that holds is waited for: its slow side of a diamond is no stall', async () => {
  const sink = new Collect<unknown>()
  const diamond = items([1, 2, 3, 4, 5, 6]).pipe(parallel({ a: id<number>(), b: new Delayed() }), sink)
  const summary = await settled(run(diamond, { edges: { capacityItems: 2 }, growthLimitItems: 2 }))
  expect((summary.result(sink) as unknown[]).length).toBe(6)
  expect(summary.grown).toBe(0)
})
