// What a term sees beside its items: source times where it asks for them, sleep on the run's clock, the signal.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import type { Context } from '../contracts.ts'
import { run } from '../run/run.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { merge } from '../term/merge-term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, flatMap, id, items, map } from '../test/terms.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'
import { systemClock } from './clock.ts'

/** Gives `[item, time]`. */
class Timed extends FunctionTerm<any, readonly [unknown, number]> {
  override readonly usesTime = true
  override readonly concurrency: number
  constructor(concurrency = 1) {
    super()
    this.concurrency = concurrency
  }
  f(item: unknown, ctx: Context): readonly [unknown, number] {
    return [item, ctx.time]
  }
}

test.each([
  ['straight', () => id()],
  ['through an async map', () => map(async (n: number) => n)],
  ['through an expansion', () => flatMap((n: number) => [n])],
  [
    'through a generator',
    () =>
      flatMap(function* (n: number) {
        yield n
      }),
  ],
  [
    'through an async generator',
    () =>
      flatMap(async function* (n: number) {
        yield n
      }),
  ],
  ['through an edge of its own', () => id().edge({ capacityItems: 10 })],
  ['through rows', () => parallel({ a: id(), b: id() }).pipe(map(({ a }: any) => a))],
  ['through a merge', () => parallel(id(), id().pipe(map(() => undefined))).pipe(merge())],
])('ctx.time is when the source emitted the item: %s', async (_, between) => {
  for (const concurrency of [1, 3]) {
    const [clock, source, sink] = [
      new VirtualClock(1000),
      new SourceProbe<number>(),
      new SinkProbe<any>().request(),
    ]
    const term: any = source
    const r = run(term.pipe(between(), new Timed(concurrency), sink), { clock })
    await settle()
    source.send(1)
    await clock.advance(50)
    source.send(2, 3)
    await clock.advance(50)
    source.end()
    await settled(r)
    expect(sink.received).toEqual([
      [1, 1000],
      [2, 1050],
      [3, 1050],
    ])
  }
})

test('items of enter and end have a time, too', async () => {
  const clock = new VirtualClock(7)
  const sink = new Collect()
  const source = items([1], { enter: (ctx) => ctx.emit(0), end: () => [2] })
  const summary = await settled(run(source.pipe(new Timed(), sink), { clock }))
  expect(summary.result(sink)).toEqual([
    [0, 7],
    [1, 7],
    [2, 7],
  ])
})

test('a term that reads the time must say so', async () => {
  class Untimed extends FunctionTerm<number, number> {
    f(_: number, ctx: Context) {
      return ctx.time
    }
  }
  await expect(run(count(1).pipe(new Untimed(), new Collect())).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    cause: { code: 'WRONG_STATE', message: expect.stringContaining('usesTime = true') },
  })
})

class Sleeper extends FunctionTerm<number, number> {
  async f(n: number, ctx: Context) {
    await ctx.sleep(100)
    return n
  }
}

test('sleep takes the run’s time, and no timer is left', async () => {
  const [clock, sink] = [new VirtualClock(), new SinkProbe<number>().request()]
  const r = run(count(2).pipe(new Sleeper(), sink), { clock })
  await clock.advance(99)
  expect([sink.received, clock.pending]).toEqual([[], 1])
  await clock.advance(1)
  expect(sink.received).toEqual([0])
  await clock.advance(100)
  await settled(r)
  expect([sink.received, clock.pending]).toEqual([[0, 1], 0])
})

test('cancel ends a sleep, and takes its timer away', async () => {
  const clock = new VirtualClock()
  const woken: unknown[] = []
  class Woken extends FunctionTerm<number, number> {
    async f(n: number, ctx: Context) {
      await ctx.sleep(100).catch((error: unknown) => woken.push(error))
      await ctx.sleep(100).catch((error: unknown) => woken.push(error))
      return n
    }
  }
  const r = run(count(2).pipe(new Woken(), new Collect()), { clock })
  await clock.advance(10)
  await r.cancel('enough')
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await settle()
  expect(woken).toMatchObject([{ code: 'CANCELLED' }, { code: 'CANCELLED' }])
  expect(clock.pending).toBe(0)
})

test('the signal aborts on cancel; a source’s also on stop', async () => {
  const reasons: string[] = []
  class Watching extends FunctionTerm<number, number> {
    override enter(ctx: Context) {
      ctx.signal.addEventListener('abort', () => reasons.push('function'))
    }
    f(n: number) {
      return n
    }
  }
  const watched = items([1], {
    enter: (ctx) => ctx.signal.addEventListener('abort', () => reasons.push('source')),
    end: () => settle(2).then(() => undefined),
  })
  const source = new SourceProbe<number>()
  const r = run(source.pipe(new Watching(), new Collect()))
  await settle()
  await r.cancel()
  await r.done.catch(() => undefined)
  expect(reasons).toEqual(['function'])
  await settled(run(watched.pipe(new Collect())))
  expect(reasons).toEqual(['function'])
})

test('the system clock fires once, and can be told not to', async () => {
  const fired = await new Promise((resolve) => {
    const cancel = systemClock.after(0, () => resolve('cancelled'))
    cancel()
    systemClock.after(1, () => resolve('fired'))
  })
  expect([fired, Math.abs(systemClock.now() - Date.now()) < 1000]).toEqual(['fired', true])
})

/** Gives what stands for the run. */
class Key extends FunctionTerm<any, object> {
  f(_: unknown, ctx: Context): object {
    return ctx.run
  }
}

test('ctx.run is one object for all terms of a run, and another one in another run', async () => {
  const keysOf = async () => {
    const [one, other, sink] = [new Key(), new Key(), new Collect<any>()]
    const rows: any = items([1]).pipe(
      parallel({
        one,
        other: id().pipe(
          map((n: number) => n),
          other,
        ),
      }) as any,
    )
    const { result } = await settled(run(rows.pipe(sink)))
    return (result(sink) as any)[0]
  }
  const [first, second] = [await keysOf(), await keysOf()]
  expect(first.one).toBe(first.other)
  expect(first.one).not.toBe(second.one)
})
