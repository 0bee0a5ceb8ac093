// Overflow policies: exactly the right items survive, every drop is counted, and only `block` holds the writer back.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeOptions } from '../contracts.ts'
import { run } from '../run/run.ts'
import { LAW_TIMEOUT_MS, law } from '../test/property.ts'
import { count, id } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle } from '../testing/virtual-clock.ts'

/** The sink holds item 0 in its hands while the rest arrives one by one, then takes all. */
async function survivors(
  items: number,
  edge: EdgeOptions,
): Promise<{ received: readonly number[]; dropped: number }> {
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
  const { done } = run(source.pipe(id(), sink.edge(edge)))
  done.catch(() => undefined) // it may fail while items are still being sent
  source.send(0)
  await settle()
  for (let i = 1; i < items; i++) {
    source.send(i)
    await settle(2)
  }
  sink.request()
  source.end()
  const summary = await done
  checkLedger(summary)
  return { received: sink.received, dropped: summary.items.dropped }
}

test('dropOldest keeps the newest', async () => {
  expect(await survivors(10, { overflow: 'dropOldest', capacityItems: 3 })).toEqual({
    received: [0, 7, 8, 9],
    dropped: 6,
  })
})

test('dropNewest keeps the oldest', async () => {
  expect(await survivors(10, { overflow: 'dropNewest', capacityItems: 3 })).toEqual({
    received: [0, 1, 2, 3],
    dropped: 6,
  })
})

test('latest keeps one, the newest, whatever the capacity says', async () => {
  expect(await survivors(10, { overflow: 'latest', capacityItems: 5 })).toEqual({
    received: [0, 9],
    dropped: 8,
  })
})

test('block drops nothing', async () => {
  expect(await survivors(10, { overflow: 'block', capacityItems: 3 })).toEqual({
    received: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    dropped: 0,
  })
})

test('fail fails when one item too many comes', async () => {
  expect(await survivors(4, { overflow: 'fail', capacityItems: 3 })).toMatchObject({ received: [0, 1, 2, 3] })
  await expect(survivors(5, { overflow: 'fail', capacityItems: 3 })).rejects.toMatchObject({
    code: 'EDGE_OVERFLOW',
    message: expect.stringContaining('id -> SinkProbe'),
  })
})

test('batches larger than the edge are cut at the right end', async () => {
  for (const [overflow, expected] of [
    ['dropOldest', [0, 97, 98, 99]],
    ['dropNewest', [0, 1, 2, 3]],
    ['latest', [0, 99]],
  ] as const) {
    const sink = new SinkProbe<number>()
    const [first, rest] = [new SourceProbe<number>(), Array.from({ length: 99 }, (_, i) => i + 1)]
    const r = run(first.pipe(sink.edge({ overflow, capacityItems: 3 })))
    first.send(0)
    await settle()
    first.send(...rest)
    first.end()
    await settle(20)
    sink.request()
    const summary = await r.done
    expect([overflow, sink.received]).toEqual([overflow, expected])
    checkLedger(summary)
  }
})

describe('under any batch size and capacity', () => {
  test(
    'what survives is in order, and with what was dropped it makes all',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('dropOldest' as const, 'dropNewest' as const, 'latest' as const),
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 50 }),
          fc.nat(300),
          async (overflow, capacityItems, batchItems, items) => {
            const sink = new SinkProbe<number>().request()
            const term = count(items).pipe(sink.edge({ overflow, capacityItems }))
            const summary = await run(term, { batchItems }).done
            checkLedger(summary)
            expect(sink.received).toEqual([...sink.received].sort((a, b) => a - b))
            expect(sink.received.length + summary.items.dropped).toBe(items)
            for (const edge of summary.edges) expect(edge.peakItems).toBeLessThanOrEqual(edge.capacityItems)
          },
        ),
        law(60),
      )
    },
    LAW_TIMEOUT_MS,
  )
})
