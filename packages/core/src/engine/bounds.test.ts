// Law 6: no edge holds more than its bounds, in items and in estimated bytes, and no source is asked for more than
// there is room for.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { FlatMapTerm, FunctionTerm } from '../term/function-term.ts'
import { LAW_TIMEOUT_MS, law } from '../test/property.ts'
import { Collect, count, flatMap, items, map, Stuck, source } from '../test/terms.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle } from '../testing/virtual-clock.ts'
import { estimateBytes } from './bytes.ts'

test(
  'a source is never asked for more than was requested, plus what the edges hold',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
        fc.integer({ min: 0, max: 2 }),
        async (capacityItems, requests, stages) => {
          const [from, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
          let term: any = from
          for (let i = 0; i < stages; i++) term = term.pipe(map((n: number) => n).edge({ capacityItems }))
          const r = run(term.pipe(sink.edge({ capacityItems })))
          from.send(...Array.from({ length: 500 }, (_, i) => i))
          let requested = 0
          for (const request of [0, ...requests]) {
            sink.request(request)
            requested += request
            await settle(3)
            expect(sink.received).toHaveLength(requested)
            // each edge full, one item in the sink's hands, one read ahead
            expect(from.asked).toBeLessThanOrEqual(requested + capacityItems * (stages + 1) + 2)
            for (const edge of r.stats().edges) expect(edge.peakItems).toBeLessThanOrEqual(capacityItems)
          }
          await r.cancel()
          await r.done.catch(() => undefined)
        },
      ),
      law(25),
    )
  },
  LAW_TIMEOUT_MS,
)

test('a generator that expands one item without end is pulled only while there is room', async () => {
  let made = 0
  class Endless extends FlatMapTerm<number, number> {
    override *f(): Generator<number> {
      while (true) yield made++
    }
  }
  const sink = new SinkProbe<number>()
  const r = run(count(1).pipe(new Endless(), sink.edge({ capacityItems: 4 })))
  await settle()
  expect(made).toBeLessThanOrEqual(6)
  sink.request(10)
  await settle()
  expect(sink.received).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(made).toBeLessThanOrEqual(16)
  await r.cancel()
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('nested arrays fill an edge of one item one by one', async () => {
  const sink = new SinkProbe<number>().request()
  const summary = await run(
    count(20).pipe(
      flatMap((n: number) => [n + 1, n + 1]),
      flatMap((n: number) => [n, -n]),
      flatMap((n: number) => new Set([n, n + 0.5])),
      sink.edge({ capacityItems: 1 }),
    ),
  ).done
  const expected = Array.from({ length: 20 }, (_, n) => [n + 1, n + 1])
    .flat()
    .flatMap((n) => [n, n + 0.5, -n, -n + 0.5])
  expect(sink.received).toEqual(expected)
  expect(summary.edges.map(({ kind, peakItems }) => `${kind} ${peakItems}`)).toEqual([
    'queue 1',
    ...['fused 0', 'fused 0', 'fused 0'],
  ])
})

test('what enter, end and concurrent calls emit waits for room, too', async () => {
  class Burst extends FunctionTerm<number, number> {
    override readonly concurrency: number
    constructor(concurrency: number) {
      super()
      this.concurrency = concurrency
    }
    override enter(ctx: { emit(item: number): void }) {
      for (let i = 0; i < 50; i++) ctx.emit(-i)
    }
    override async f(n: number) {
      return n
    }
    override end() {
      return Array.from({ length: 50 }, (_, i) => 1000 + i)
    }
  }
  for (const concurrency of [1, 4]) {
    const sink = new Collect()
    const summary = await run(count(20).pipe(new Burst(concurrency), sink.edge({ capacityItems: 3 })), {
      edges: { capacityItems: 3 },
    }).done
    expect(summary.result(sink)).toHaveLength(120)
    for (const edge of summary.edges) expect(edge.peakItems).toBeLessThanOrEqual(3)
  }
})

test('an edge bounded in bytes holds no more of them', async () => {
  const texts = Array.from({ length: 50 }, (_, i) => String(i).padEnd(100, 'x'))
  const size = estimateBytes(texts[0])
  for (const capacity of [3, 10]) {
    const r = run(items(texts).pipe(new Stuck().edge({ capacityBytes: size * capacity })))
    await settle()
    const [edge] = r.stats().edges
    expect(edge?.bytes).toBeLessThanOrEqual(size * capacity)
    expect(edge?.items).toBe(capacity)
    await r.cancel()
    await r.done.catch(() => undefined)
  }
})

test('an item larger than the whole edge is let through alone', async () => {
  const sink = new SinkProbe<string>()
  const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(1000))
  const r = run(items(texts).pipe(sink.edge({ capacityBytes: 100 })))
  await settle()
  expect(r.stats().edges.map(({ items: held }) => held)).toEqual([1])
  sink.request()
  await r.done
  expect(sink.received).toEqual(texts)
})

test('sizes are estimated by kind, and large collections from their first parts', () => {
  expect([1, 'ab', 10n, null, undefined, true].map((value) => estimateBytes(value))).toEqual([
    8, 20, 24, 8, 8, 8,
  ])
  expect(estimateBytes(new Uint8Array(1000))).toBe(1016)
  expect(estimateBytes(new Array(10_000).fill(1))).toBeGreaterThan(100_000)
  expect(estimateBytes({ a: 1, b: 'x' })).toBe(16 + 8 + 8 + 8 + 18)
  const circular: unknown[] = []
  circular.push(circular)
  expect(estimateBytes(circular)).toBeGreaterThan(0)
})

test('options out of range are refused', () => {
  for (const capacityItems of [0, -1, Number.NaN, 1.5]) {
    expect(() => new Collect().edge({ capacityItems })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  }
  expect(() => new Collect().edge({ overflow: 'spill' as 'block' })).toThrow('one of block')
  for (const options of [
    { batchItems: 0 },
    { growthLimitItems: 0.5 },
    { statsEveryMs: 0 },
    { edges: { capacityBytes: 0 } },
  ]) {
    expect(() =>
      run(
        source(() => []),
        options,
      ),
    ).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
})
