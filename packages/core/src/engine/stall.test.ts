// A stall is resolved by growing the smallest full edge, or explained: who waits for whom, and in which cycle. A
// graph that only waits for the outside is left alone.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { run } from '../run/run.ts'
import type { EdgeStats } from '../stats.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { StreamTerm, type View } from '../term/stream-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { LAW_TIMEOUT_MS, law, runOptions } from '../test/property.ts'
import { Collect, count, countSlowly, filter, id } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle } from '../testing/virtual-clock.ts'

const tenth = () => filter((n: number) => n % 10 === 0)

class Tenth extends StreamTerm<number, number> {
  async run(view: View<number>, ctx: { emit(item: number): Promise<void> }): Promise<void> {
    for await (const n of view) if (n % 10 === 0) await ctx.emit(n)
  }
}

class LazyTenth extends FunctionTerm<number, number> {
  override readonly concurrency: number
  constructor(concurrency: number) {
    super()
    this.concurrency = concurrency
  }
  async f(n: number): Promise<number | undefined> {
    return n % 10 === 0 ? n : undefined
  }
}

class Lazy extends FunctionTerm<number, number> {
  override readonly concurrency: number
  constructor(concurrency: number) {
    super()
    this.concurrency = concurrency
  }
  async f(n: number): Promise<number> {
    return n
  }
}

/** One side of the diamond drops nine of ten. */
function diamond(
  from: Term<never, number>,
  side: Term<number, number>,
): { term: Term<never, never>; sink: Collect } {
  const sink = new Collect()
  return { term: from.parallel({ all: id<number>(), some: side }).pipe(sink), sink }
}

const rows = (upTo: number) => Array.from({ length: upTo / 10 }, (_, i) => ({ all: i, some: i * 10 }))

test.each([
  ['an array', () => count(100), tenth],
  ['an async generator', () => countSlowly(100), tenth],
  ['a stream term on one side', () => count(100), () => new Tenth()],
  ['both', () => countSlowly(100), () => new Tenth()],
  ['an async function on one side', () => count(100), () => new LazyTenth(1)],
  ['a concurrent function on one side', () => countSlowly(100), () => new LazyTenth(3)],
])('the filtered diamond grows: %s', async (_, from, side) => {
  const { term, sink } = diamond(from(), side())
  const grown: EdgeStats[] = []
  const r = run(term, { edges: { capacityItems: 4 } })
  r.on('stall', (edge) => grown.push(edge))
  const summary = await settled(r)
  expect(summary.result(sink)).toEqual(rows(100))
  expect(summary.grown).toBe(grown.length)
  expect(grown.length).toBeGreaterThan(0)
  for (const { capacityItems } of grown)
    expect(Math.log2(capacityItems)).toBe(Math.floor(Math.log2(capacityItems)))
  checkLedger(summary)
})

test(
  'a diamond that loses nothing never grows, however small its edges',
  async () => {
    const sides = [
      () => id<number>(),
      () => new Lazy(1),
      () => new Lazy(3),
      () => id<number>().edge({ capacityItems: 2 }),
    ]
    const side = fc.nat(sides.length - 1).map((at) => sides[at] as () => Term<number, number>)
    await fc.assert(
      fc.asyncProperty(side, side, runOptions(), fc.boolean(), async (left, right, options, isSlow) => {
        const sink = new Collect()
        const from = isSlow ? countSlowly(60) : count(60)
        const summary = await settled(run(from.parallel(left(), right().pipe(right())).pipe(sink), options))
        expect(summary.result(sink)).toEqual(Array.from({ length: 60 }, (_, n) => [n, n]))
        expect(summary.grown).toBe(0)
      }),
      law(80),
    )
  },
  LAW_TIMEOUT_MS,
)

test('it grows also while another part of the graph waits for the outside', async () => {
  const { term, sink } = diamond(count(100), tenth())
  const idle = new SourceProbe<number>()
  const r = run(parallel(term, idle.pipe(new Collect())) as Term<never, never>, {
    edges: { capacityItems: 4 },
  })
  await settle()
  expect(r.stats().nodes.find((node) => node.id === sink.name)?.in).toBe(10)
  idle.end()
  await settled(r)
})

test('a side that gives nothing at all stalls at the limit, and the error names the cycle', async () => {
  const { term } = diamond(
    count(100_000),
    filter(() => false),
  )
  const error = await settled(run(term, { edges: { capacityItems: 4 }, growthLimitItems: 64 })).catch(
    (e: unknown) => e,
  )
  expect(error).toMatchObject({
    code: 'STALLED',
    message: expect.stringMatching(
      /waits for room on its full edge .* waits for an item from .*up to 64 items.*filter before the fork/,
    ),
  })
  const { cycle } = error as { cycle: string[] }
  expect(cycle).toContain('items')
  expect(cycle).toContain('Collect')
})

test('no edge ever grows beyond the limit', async () => {
  const { term } = diamond(
    count(100_000),
    filter(() => false),
  )
  const r = run(term, { edges: { capacityItems: 5 }, growthLimitItems: 50 })
  await settled(r).catch(() => undefined)
  expect(Math.max(...r.stats().edges.map(({ capacityItems }) => capacityItems))).toBe(40)
})

test('waiting for the outside is no stall', async () => {
  const [source, sink] = [new SourceProbe<number>(), new Collect()]
  const { done } = run(source.pipe(sink))
  await settle(20)
  source.send(1)
  source.end()
  expect((await done).result(sink)).toEqual([1])
})
