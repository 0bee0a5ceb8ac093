// Runs whose batches are on workers go on from a checkpoint as if nothing had happened: what was under way there is run
// once more. On random graphs, killed at random moments; the ledger of all attempts together adds up.

import { type RunOptions, run, type Summary, type Term } from '@millrace/core'
import { checkLedger, evaluateSpec, MemoryStore, Random, randomSpec } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import largeSteps from '../../test/fixtures/large-steps.ts'
import specGraph from '../../test/fixtures/spec-graph.ts'
import type { SchedulerOptions } from '../options.ts'
import { placementFor } from '../placement-for.ts'

const DEEP = Number(process.env['MILLRACE_DEEP'] ?? 1)
const KILLS = 4

type Spec = ReturnType<typeof randomSpec>

async function survive(
  make: () => Term<never, unknown>,
  scheduler: SchedulerOptions,
  seed: number,
  options: Partial<RunOptions> & { readonly turns?: number; readonly least?: number } = {},
): Promise<{ summary: Summary; resumed: number }> {
  const { turns = 60, least = 1, ...given } = options
  const choose = new Random(seed)
  const sizes = {
    batchItems: [1, 3, 64, 1024][choose.below(4)] as number,
    edges: { capacityItems: [2, 16, 1024][choose.below(3)] as number },
  }
  let store = new MemoryStore()
  let resumed = 0
  for (let kills = 0; ; kills++) {
    const placement = placementFor(scheduler)
    const everyItems = least + choose.below(60)
    const running = run(make(), {
      ...sizes,
      ...given,
      ...(placement === undefined ? {} : { placement }),
      checkpoint: { store, everyItems, everyMs: least },
    })
    running.on('resume', () => resumed++)
    let remains: MemoryStore | undefined
    let left = kills === KILLS ? Number.POSITIVE_INFINITY : choose.below(turns)
    const tick = (): void => {
      if (left-- > 0) {
        if (left < 1000) setImmediate(tick)
        return
      }
      remains = store.copy()
      void running.cancel('killed')
    }
    tick()
    const summary = await running.done.catch((error: unknown) => {
      if (remains === undefined) throw error
    })
    left = Number.POSITIVE_INFINITY
    if (summary !== undefined) return { summary, resumed }
    store = remains as MemoryStore
  }
}

const STRATEGIES: readonly SchedulerOptions[] = [
  { strategy: 'pool', workers: 2 },
  { strategy: 'pool', workers: 1, stateful: 'workers' },
  { strategy: 'work-stealing', workers: 2, stateful: 'workers' },
]

test.each(STRATEGIES)('%j', { timeout: 240_000 }, async (scheduler) => {
  let resumes = 0
  for (let seed = 1; seed <= 40 * DEEP; seed++) {
    const spec = randomSpec(new Random(seed), { items: 600 })
    const { summary, resumed } = await survive(() => specGraph({ spec }), scheduler, seed)
    resumes += resumed
    const reference = evaluateSpec(spec)
    spec.nodes.forEach(({ sink }, at) => {
      if (sink === 'none') return
      expect(summary.results[`sink${at}`], `seed ${seed}, node ${at}`).toEqual(reference.nodes[at]?.given)
    })
    checkLedger(summary)
  }
  expect(resumes).toBeGreaterThan(20)
})

test('a large state, with the batches since it came back; a batch that has given a part', {
  timeout: 120_000,
}, async () => {
  const make = () => largeSteps({ count: 2500, each: 70_000 })
  const { results } = await run(make()).done
  let resumes = 0
  for (const scheduler of STRATEGIES.slice(1)) {
    for (let seed = 1; seed <= 6 * DEEP; seed++) {
      const { summary, resumed } = await survive(make, scheduler, seed, {
        turns: 400,
        least: 20,
        batchItems: 64,
        edges: {},
      })
      expect(summary.results).toEqual(results)
      checkLedger(summary)
      resumes += resumed
    }
  }
  expect(resumes).toBeGreaterThan(10)
})

test('a strategy that keeps items on its workers is refused', () => {
  for (const strategy of ['dedicated', 'hybrid'] as const) {
    const placement = placementFor({ strategy })
    const spec = randomSpec(new Random(1))
    expect(() =>
      run(specGraph({ spec }), {
        checkpoint: { store: new MemoryStore() },
        ...(placement === undefined ? {} : { placement }),
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'NOT_CHECKPOINTED',
        message: expect.stringContaining('work-stealing'),
      }),
    )
  }
})

test('another strategy is refused where it cuts the graph otherwise', async () => {
  const spec: Spec = {
    nodes: [
      {
        op: { kind: 'source', count: 5000, start: 0, form: 'slowGenerator' },
        inputs: [],
        keys: undefined,
        sink: 'none',
        capacityItems: undefined,
      },
      {
        op: { kind: 'map', by: 1, form: 'map' },
        inputs: [0],
        keys: undefined,
        sink: 'sync',
        capacityItems: undefined,
      },
    ],
  }
  const store = new MemoryStore()
  const first = run(specGraph({ spec }), { checkpoint: { store, everyItems: 10 } })
  first.on('checkpoint', ({ id }) => {
    if (id === 3) void first.cancel()
  })
  await expect(first.done).rejects.toMatchObject({ code: 'CANCELLED' })
  const placement = placementFor({ strategy: 'pool', workers: 1 })
  await expect(
    run(specGraph({ spec }), { checkpoint: { store }, ...(placement === undefined ? {} : { placement }) })
      .done,
  ).rejects.toMatchObject({ code: 'OTHER_GRAPH', message: expect.stringContaining('under the strategy') })
})
