// Law 4: one object is one node. Feedback loops run until they are dry; a cycle that cannot start is refused.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import type { Context } from '../contracts.ts'
import { compileGraph } from '../graph/compile.ts'
import { toJSON } from '../graph/export.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { merge } from '../term/merge-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { LAW_TIMEOUT_MS, law, runOptions } from '../test/property.ts'
import { Collect, count, filter, id, items, map, source } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { run } from './run.ts'

type Numbers = Readonly<Record<string, number>>

/** source -> merge -> collect, and merge -> f -> merge. */
function feedback(
  from: Term<never, number>,
  f: Term<number, number>,
): { term: Term<never, never>; sink: Collect } {
  const sink = new Collect<number>()
  const join = merge<Numbers>()
  const loop = join.pipe(f)
  return {
    term: parallel(parallel({ from, back: loop }).pipe(join), join.pipe(sink)) as unknown as Term<
      never,
      never
    >,
    sink,
  }
}

function halved(start: readonly number[]): number[] {
  const all: number[] = []
  for (let wave = [...start]; wave.length > 0; wave = wave.filter((n) => n > 1).map((n) => n >> 1))
    all.push(...wave)
  return all
}

const half = () => map((n: number) => (n > 1 ? n >> 1 : undefined))

test(
  'a feedback loop through a merge ends when it is dry, with every item',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(2000), { maxLength: 60 }),
        runOptions(),
        fc.nat(2),
        async (start, options, form) => {
          const from = [
            items(start),
            source(() => start[Symbol.iterator]()),
            source(async function* () {
              yield* start
            }),
          ][form]
          const { term, sink } = feedback(from as Term<never, number>, half())
          const summary = await settled(run(term, options))
          expect([...(summary.result(sink) as number[])].sort((a, b) => a - b)).toEqual(
            halved(start).sort((a, b) => a - b),
          )
          checkLedger(summary)
        },
      ),
      law(150),
    )
  },
  LAW_TIMEOUT_MS,
)

test('a feedback loop keeps the order of its one item under way', async () => {
  const { term, sink } = feedback(items([100]), half())
  const summary = await run(term).done
  expect(summary.result(sink)).toEqual([100, 50, 25, 12, 6, 3, 1])
})

test('loops with an async term and with a concurrent term in them end, too', async () => {
  class Half extends FunctionTerm<number, number> {
    override readonly concurrency: number
    constructor(concurrency: number) {
      super()
      this.concurrency = concurrency
    }
    async f(n: number) {
      await Promise.resolve()
      return n > 1 ? n >> 1 : undefined
    }
  }
  for (const concurrency of [1, 4]) {
    const { term, sink } = feedback(count(20), new Half(concurrency))
    const summary = await settled(run(term, { edges: { capacityItems: 4 } }))
    expect([...(summary.result(sink) as number[])].sort((a, b) => a - b)).toEqual(
      halved(Array.from({ length: 20 }, (_, i) => i)).sort((a, b) => a - b),
    )
  }
})

test('a cycle seeded by enter runs: what enter emits comes first', async () => {
  class Car extends FunctionTerm<number, number> {
    override enter(ctx: Context<unknown, number>) {
      ctx.emit(0)
    }
    f(speed: number) {
      return speed < 5 ? speed + 1 : undefined
    }
  }
  const car = new Car()
  const sink = new Collect<number>()
  const summary = await settled(
    run(car.pipe(id().named('policy')).parallel(car, sink) as unknown as Term<never, never>),
  )
  expect(summary.result(sink)).toEqual([0, 1, 2, 3, 4, 5])
  checkLedger(summary)
})

test('two loops, one feeding the other, end in turn', async () => {
  const first = merge<Numbers>()
  const second = merge<Numbers>()
  const sink = new Collect<number>()
  const [a, b] = [half(), half()]
  const term = parallel(
    parallel({ from: items([9, 4]), back: first.pipe(a) }).pipe(first),
    parallel({ from: first, back: second.pipe(b) }).pipe(second),
    second.pipe(sink),
  )
  const summary = await settled(run(term as unknown as Term<never, never>))
  const waves = halved([9, 4])
  expect([...(summary.result(sink) as number[])].sort((a, b) => a - b)).toEqual(
    waves.flatMap((n) => halved([n])).sort((a, b) => a - b),
  )
  checkLedger(summary)
})

test('a cycle that nothing can start is refused, naming its terms', () => {
  const a = id().named('a')
  const b = id().named('b')
  expect(() => compileGraph(a.pipe(b, a))).toThrow(
    expect.objectContaining({ code: 'CYCLE_WITHOUT_SEED', message: expect.stringContaining('a -> b -> a') }),
  )
  const zip = id().named('zip')
  const looped = parallel({ from: count(3), back: zip.pipe(b) }).pipe(zip)
  expect(() => compileGraph(looped)).toThrow(expect.objectContaining({ code: 'CYCLE_WITHOUT_SEED' }))
})

test('a term that reads itself is a cycle', () => {
  const a = id().named('a')
  expect(() => compileGraph(a.pipe(a))).toThrow(
    expect.objectContaining({ message: expect.stringContaining('a -> a') }),
  )
})

test('one object in several places is one node: (x | y) * a | y * b', async () => {
  const [x, y] = [map((n: number) => n + 1).named('x'), map((n: number) => -n).named('y')]
  const [a, b] = [new Collect<readonly [number, number]>().named('a'), new Collect<number>().named('b')]
  const term = count(3).pipe(parallel(parallel(x, y).pipe(a), y.pipe(b)))
  expect(toJSON(term)).toEqual({
    nodes: [
      { id: 'items', kind: 'source', local: false },
      { id: 'x', kind: 'map', local: false },
      { id: 'y', kind: 'map', local: false },
      { id: 'a', kind: 'sink', local: false },
      { id: 'b', kind: 'sink', local: false },
    ],
    edges: [
      { from: 'x', output: 'out', to: 'a', input: '0' },
      { from: 'y', output: 'out', to: 'a', input: '1' },
      { from: 'y', output: 'out', to: 'b', input: 'y' },
      { from: 'items', output: 'out', to: 'x', input: 'items' },
      { from: 'items', output: 'out', to: 'y', input: 'items' },
    ],
    outputs: [],
  })
  const summary = await run(term).done
  expect(summary.result(a)).toEqual([
    [1, -0],
    [2, -1],
    [3, -2],
  ])
  expect(summary.result(b)).toEqual([-0, -1, -2])
})

test('a filtered feedback loop that fills up grows instead of hanging', async () => {
  const { term, sink } = feedback(
    count(2000),
    filter((n: number) => n < 0),
  )
  const summary = await settled(run(term, { edges: { capacityItems: 2 } }))
  expect(summary.result(sink)).toHaveLength(2000)
})
