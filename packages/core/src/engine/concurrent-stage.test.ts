// Concurrent calls: as many under way as allowed and no more, results in input order unless asked otherwise.

import { expect, test } from 'vitest'
import type { Context } from '../contracts.ts'
import { run } from '../run/run.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'

/** Later items are done earlier. */
class Sleeper extends FunctionTerm<number, number> {
  override readonly concurrency: number
  override readonly ordered: boolean
  underWay = 0
  most = 0

  constructor(concurrency: number, ordered = true) {
    super()
    this.concurrency = concurrency
    this.ordered = ordered
  }

  override async f(n: number, ctx: Context<unknown, number>) {
    this.most = Math.max(this.most, ++this.underWay)
    await ctx.sleep(100 - n)
    this.underWay--
    return n % 5 === 0 ? undefined : n
  }
}

async function play(term: Sleeper): Promise<readonly number[]> {
  const [clock, sink] = [new VirtualClock(), new Collect<number>()]
  const r = run(count(10).pipe(term, sink), { clock })
  for (let i = 0; i < 12; i++) await clock.advance(100)
  const summary = await settled(r)
  checkLedger(summary)
  expect(clock.pending).toBe(0)
  return summary.result(sink)
}

test('ordered', async () => {
  const term = new Sleeper(4)
  expect(await play(term)).toEqual([1, 2, 3, 4, 6, 7, 8, 9])
  expect(term.most).toBe(4)
})

test('unordered: as they come', async () => {
  const term = new Sleeper(10, false)
  expect(await play(term)).toEqual([9, 8, 7, 6, 4, 3, 2, 1])
  expect(term.most).toBe(10)
})

test('no call is begun without room for its result', async () => {
  const sink = new SinkProbe<number>()
  let calls = 0
  class Counting extends FunctionTerm<number, number> {
    override readonly concurrency = 16
    async f(n: number) {
      calls++
      return n
    }
  }
  const r = run(count(100).pipe(new Counting(), sink.edge({ capacityItems: 3 })))
  await settle()
  expect(calls).toBeLessThanOrEqual(4)
  sink.request()
  await settled(r)
  expect(sink.received).toHaveLength(100)
})

test('what a call emits comes with its result, in order', async () => {
  class Emitting extends FunctionTerm<number, string> {
    override readonly concurrency = 3
    async f(n: number, ctx: Context<unknown, string>) {
      ctx.emit(`${n}a`)
      if (n % 2 === 0) await Promise.resolve()
      ctx.emit(`${n}b`)
      return `${n}c`
    }
  }
  const sink = new Collect<string>()
  const summary = await settled(run(count(3).pipe(new Emitting(), sink)))
  expect(summary.result(sink)).toEqual(['0a', '0b', '0c', '1a', '1b', '1c', '2a', '2b', '2c'])
  checkLedger(summary)
})

test('a failing call ends the run with its item', async () => {
  class Failing extends FunctionTerm<number, number> {
    override readonly concurrency = 3
    async f(n: number) {
      if (n === 4) throw new Error('four')
      return n
    }
  }
  await expect(run(count(10).pipe(new Failing(), new Collect())).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'Failing',
    phase: 'item',
    item: 4,
  })
})

test('a term with several ports routes its results', async () => {
  class Split extends FunctionTerm<number, any> {
    override readonly concurrency = 2
    override readonly outputs = ['low', 'high']
    async f(n: number) {
      return n < 2 ? { low: n } : { low: n, high: n }
    }
  }
  const sink = new Collect()
  const split: any = new Split()
  const summary = await settled(run(count(4).pipe(split.pipe(sink)) as any))
  expect(summary.result(sink)).toEqual([
    { low: 0, high: 2 },
    { low: 1, high: 3 },
  ])
  expect(summary.items.unmatched).toBe(2)
  checkLedger(summary)
})
