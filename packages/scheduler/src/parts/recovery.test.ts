/** Goal: a worker that is lost costs time and nothing else: no item is lost, none doubled, and states are exact. */

import { execFileSync } from 'node:child_process'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Run, run, type Term } from '@millrace/core'
import {
  evaluateSpec,
  type GraphSpec,
  isBalanced,
  Random,
  randomMergeSpec,
  randomSpec,
} from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import { canBeginAnew } from '../../test/fixtures/can-begin-anew.ts'
import recoverable, { type RecoverableParams } from '../../test/fixtures/recoverable.ts'
import shapes, { TRACED, type Traces } from '../../test/fixtures/shapes.ts'
import specGraph from '../../test/fixtures/spec-graph.ts'
import { DedicatedPlacement } from '../dedicated/dedicated-placement.ts'
import { HybridPlacement } from '../hybrid/hybrid-placement.ts'
import type { SchedulerOptions } from '../options.ts'

type Placed = DedicatedPlacement | HybridPlacement

const dedicated: SchedulerOptions = { strategy: 'dedicated' }
const sharedBy = (workers: number): SchedulerOptions => ({ ...dedicated, workers, fallback: 'share' })
const hybrid: SchedulerOptions = { strategy: 'hybrid', workers: 1 }

const place = (options: SchedulerOptions): Placed =>
  options.strategy === 'hybrid' ? new HybridPlacement(options) : new DedicatedPlacement(options)
const start = (params: RecoverableParams, placement: Placed, options = {}): Run<unknown> =>
  run(recoverable(params) as unknown as Term<never, unknown>, { ...options, placement })
const inline = async (params: RecoverableParams): Promise<unknown> =>
  (await run(recoverable(params) as unknown as Term<never, never>).done).results['keep']
const failure = (running: Run<unknown>): Promise<{ readonly code: unknown; readonly message: string }> =>
  running.done.then(
    ({ threads }) => expect.fail(`it should have failed; threads: ${JSON.stringify(threads)}`),
    (error: { readonly code: unknown; readonly message: string }) => error,
  )

/** Between two looks at a run: a loop without timers would take from the workers what they need. */
const pause = (): Promise<void> => after(1)

/** Ends a thread each time so many more items have left the graph. Resolves with how often, when the run is over. */
async function harass(
  running: Run<unknown>,
  placement: Placed,
  everyItems: number,
  choose: Random,
): Promise<number> {
  let kills = 0
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  running.done.then(over, over)
  for (let next = 0; !isOver; ) {
    await pause()
    const { out } = running.stats().items
    const { threads } = placement
    if (out < next || threads.length === 0) continue
    threads[choose.below(threads.length)]?.kill()
    kills++
    next = out + everyItems
  }
  return kills
}

/** The first graphs by chance of which all parts can begin anew. */
function someSpecs(
  count: number,
  make: (choose: Random) => GraphSpec,
): (readonly [number, Random, GraphSpec])[] {
  const found: (readonly [number, Random, GraphSpec])[] = []
  for (let seed = 1; found.length < count; seed++) {
    const choose = new Random(seed)
    const spec = make(choose)
    if (canBeginAnew(spec)) found.push([seed, choose, spec])
  }
  return found
}

const cases: readonly (readonly [shape: string, name: string, options: SchedulerOptions])[] = [
  ...['line', 'keyed', 'diamond', 'expand', 'waiting', 'take', 'slow'].map(
    (shape) => [shape, 'a worker per term', dedicated] as const,
  ),
  ...['keyed', 'diamond', 'take'].map((shape) => [shape, 'two workers', sharedBy(2)] as const),
  ...['expand', 'diamond'].map((shape) => [shape, 'one worker', sharedBy(1)] as const),
  ...['keyed', 'slow'].map((shape) => [shape, 'hybrid', hybrid] as const),
]

test.each(cases)(
  '%s, %s: the same answer as inline, whatever worker is lost',
  async (shape, _, scheduler) => {
    const params = { shape, items: 4000 }
    const placement = place(scheduler)
    const running = start(params, placement, { edges: { capacityItems: 64 } })
    const kills = harass(running, placement, 1300, new Random(shape.length))
    const { results, items, threads } = await running.done
    expect(results['keep']).toEqual(await inline(params))
    expect([isBalanced(items), items.discarded]).toEqual([true, 0])
    expect(await kills).toBeGreaterThan(0)
    expect(threads.health.lost).toBeGreaterThan(0)
    expect(placement.threads).toEqual([])
  },
)

test.each(['exit', 'uncaught', 'rejection', 'heap'])(
  'a worker that dies once (%s) costs nothing but time',
  async (how) => {
    const traces: Traces = { cells: new Int32Array(new SharedArrayBuffer(8 * TRACED)) }
    const placement = place({ ...dedicated, heapLimitMb: 64 })
    const running = start({ shape: 'dies once', items: 2000, how, traces }, placement)
    const { results, threads } = await running.done
    expect(results['keep']).toEqual(await inline({ shape: 'keyed', items: 2000 }))
    expect(threads.health.lost).toBe(1)
    expect(threads.workers.map(({ restarts }) => restarts)).toEqual([0, 1, 0])
  },
)

test('a writer whose reader cannot begin anew can, and nothing is lost between them', async () => {
  const params = { shape: 'ordered', items: 1500 }
  const placement = new DedicatedPlacement(dedicated)
  const running = start(params, placement, { edges: { capacityItems: 256 } })
  let isOver = false
  const done = running.done.finally(() => {
    isOver = true
  })
  done.catch(() => undefined)
  for (let next = 300; !isOver; await pause()) {
    const { out } = running.stats().items
    const { threads } = placement
    if (out < next || threads.length < 3) continue // once the source has ended, 'add' is not the second
    threads[1]?.kill()
    next = out + 300
  }
  const { results, items, threads } = await done
  expect(results['keep']).toEqual(await inline(params))
  expect([isBalanced(items), items.discarded]).toEqual([true, 0])
  expect(threads.health.lost).toBeGreaterThan(0)
})

test('a worker of an endless run is ended: another goes on', async () => {
  const placement = new DedicatedPlacement(dedicated)
  const running = start({ shape: 'endless' }, placement)
  while (running.stats().items.out < 100) await pause()
  placement.threads[1]?.kill(new Error('it took too long'))
  while (running.stats().threads.health.lost === 0) await pause()
  const { items, results } = await running.stop()
  const kept = results['keep'] as number[]
  expect(kept).toEqual(kept.map((_, i) => i + 1))
  expect(items.discarded).toBe(0)
})

test.each([2, 5])('random graphs on %i workers keep the contract when they lose them', async (workers) => {
  for (const [seed, choose, spec] of someSpecs(4, (by) => randomSpec(by, { items: 600 }))) {
    const placement = place(sharedBy(workers))
    const edges = { capacityItems: [2, 16, 1024][choose.below(3)] as number }
    const running = run(specGraph({ spec }), { placement, edges, batchItems: 64 })
    void harass(running, placement, 200, choose)
    const { results, items } = await running.done
    const reference = evaluateSpec(spec)
    spec.nodes.forEach(({ sink }, at) => {
      if (sink !== 'none') expect(results[`sink${at}`], `seed ${seed}`).toEqual(reference.nodes[at]?.given)
    })
    expect([isBalanced(items), items.discarded], `seed ${seed}`).toEqual([true, 0])
  }
})

describe('what depends on the order in which items come', () => {
  interface Counted {
    readonly n: number
    readonly key: number
    readonly count: number
  }

  test.each([2, 5])('a merge on %i workers is run again in the order in which it was', async (workers) => {
    const placement = place(sharedBy(workers))
    const params = { shape: 'two into one', items: 3000 }
    const running = start(params, placement, { edges: { capacityItems: 64 } })
    const kills = harass(running, placement, 700, new Random(workers))
    const { results, items } = await running.done
    const counted = (results['keep'] as Counted[]).slice(0, -1)
    const counts = new Map<number, number>()
    for (const { key, count } of counted) {
      expect(count).toBe((counts.get(key) ?? 0) + 1)
      counts.set(key, count)
    }
    const ups = counted.map(({ n }) => n).filter((n) => n >= 0)
    const downs = counted.map(({ n }) => -n - 1).filter((n) => n >= 0)
    const all = Array.from({ length: 3000 }, (_, n) => n)
    expect([ups, downs]).toEqual([all, all])
    expect([isBalanced(items), items.discarded]).toEqual([true, 0])
    expect(await kills).toBeGreaterThan(0)
  })

  test('the time at which an item was emitted is one for all that read it', async () => {
    const placement = place(dedicated)
    const running = start({ shape: 'stamped', items: 3000 }, placement, { edges: { capacityItems: 64 } })
    for (const out of [500, 1500, 2500]) {
      while (running.stats().items.out < out) await pause()
      for (const thread of placement.threads) thread.kill()
    }
    const { results, items } = await running.done
    const rows = results['keep'] as { readonly a: number; readonly b: number }[]
    expect(rows.filter(({ a, b }) => a !== b)).toEqual([])
    expect([rows.length, items.discarded]).toEqual([3000, 0])
  })

  test.each([1, 3])('a cycle on %i workers loses nothing, and is found dry', async (workers) => {
    const placement = place(sharedBy(workers))
    const graph = shapes({ shape: 'feedback', items: 300 }) as unknown as Term<never, unknown>
    const running = run(graph, { placement, edges: { capacityItems: 16 } })
    const kills = harass(running, placement, 400, new Random(workers))
    const { results, items } = await running.done
    const here = await run(shapes({ shape: 'feedback', items: 300 }) as unknown as Term<never, never>).done
    const sorted = (kept: unknown): unknown => [...(kept as number[])].sort((a, b) => a - b)
    expect(sorted(results['keep'])).toEqual(sorted(here.results['keep']))
    expect([isBalanced(items), items.discarded]).toEqual([true, 0])
    expect(await kills).toBeGreaterThan(0)
  })

  test('random graphs that merge lose and double nothing', async () => {
    const make = (by: Random): GraphSpec => randomMergeSpec(by, { items: 300, exact: true })
    for (const [seed, choose, spec] of someSpecs(3, make)) {
      const placement = place(sharedBy(3))
      const running = run(specGraph({ spec }), { placement, edges: { capacityItems: 16 } })
      void harass(running, placement, 100, choose)
      const [there, here] = await Promise.all([running.done, run(specGraph({ spec })).done])
      const last = `sink${spec.nodes.length - 1}`
      const sorted = (items: unknown): string[] =>
        (items as unknown[]).map((item) => JSON.stringify(item) ?? '').sort()
      expect(sorted(there.results[last]), `seed ${seed}`).toEqual(sorted(here.results[last]))
      expect([isBalanced(there.items), there.items.discarded], `seed ${seed}`).toEqual([true, 0])
    }
  })
})

describe('steering', () => {
  test('stop drains what was sent, also when a worker is lost right then', async () => {
    const placement = place(dedicated)
    const running = start({ shape: 'endless' }, placement, { edges: { capacityItems: 64 } })
    while (running.stats().items.out < 500) await pause()
    for (const thread of placement.threads) thread.kill()
    const { outcome, items, results } = await running.stop()
    const kept = results['keep'] as number[]
    expect([outcome, items.discarded, isBalanced(items)]).toEqual(['stopped', 0, true])
    expect(kept).toEqual(kept.map((_, i) => i + 1))
  })

  test('cancel settles while a part begins anew', async () => {
    const placement = place(dedicated)
    const running = start({ shape: 'endless' }, placement)
    const failed = failure(running)
    for (let turns = 0; turns < 30; turns += 10) {
      while (running.stats().items.out === 0) await pause()
      for (const thread of placement.threads) thread.kill()
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    }
    await running.cancel('enough')
    expect(await failed).toMatchObject({ code: 'CANCELLED' })
  })

  test('an output is read to its end; a pause is one for a part that begins anew as well', async () => {
    const placement = place(dedicated)
    const running = start({ shape: 'open', items: 3000 }, placement, { edges: { capacityItems: 64 } })
    const all: unknown[] = []
    for await (const item of running.output()) {
      if (all.push(item) % 1000 !== 0) continue
      running.pause()
      for (const thread of placement.threads) thread.kill()
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
      running.resume()
    }
    expect(all).toEqual(Array.from({ length: 3000 }, (_, n) => n + 1))
    expect((await running.done).items.discarded).toBe(0)
  })

  test('a term is entered again on its new thread, and exits once', async () => {
    const traces: Traces = { cells: new Int32Array(new SharedArrayBuffer(8 * TRACED)) }
    const placement = place(dedicated)
    const running = start({ shape: 'traced', items: 3000, traces }, placement, {
      edges: { capacityItems: 64 },
    })
    void harass(running, placement, 700, new Random(1))
    await running.done
    const [entered, exited] = [traces.cells.subarray(0, TRACED), traces.cells.subarray(TRACED)]
    expect([...exited]).toEqual([1, 1, 1])
    for (const times of entered) expect(times).toBeGreaterThanOrEqual(1)
  })
})

describe('what cannot begin anew fails the run, and says why', () => {
  const killed = async (shape: string, options: SchedulerOptions = dedicated): Promise<string> => {
    const placement = place(options)
    const running = start({ shape, items: Number.POSITIVE_INFINITY }, placement)
    void harass(running, placement, 5000, new Random(1)) // before its first snapshot any part can begin anew
    const { code, message } = await failure(running)
    expect(code).toBe('WORKER_LOST')
    return message
  }

  test('a source that may not give the same again', async () => {
    expect(await killed('live')).toMatch(/"source" is a source that may not give the same again/)
  })

  test('a state that cannot be cloned', async () => {
    expect(await killed('closed', sharedBy(1))).toMatch(
      /state of "closed" cannot be saved \(state\[0\]\.f is a function/,
    )
  })

  test('a coroutine', async () => {
    expect(await killed('coroutine', sharedBy(1))).toMatch(/"doubling" is a coroutine/)
  })
})

describe('a worker that dies again and again ends the run with what it died of', () => {
  test('in the same call, which then fails', async () => {
    const running = start({ shape: 'poison', items: 1000 }, place(dedicated))
    const error = await failure(running)
    expect(error).toMatchObject({
      code: 'TERM_FAILED',
      term: 'poison',
      item: 500,
      cause: { code: 'CALL_LOST', cause: { message: 'item 500' } },
    })
  })

  test('as soon as it starts, in a thread that has just hosted another run', async () => {
    for (let time = 0; time < 10; time++) {
      await start({ shape: 'line', items: 10 }, place(sharedBy(1))).done
      const traces: Traces = { cells: new Int32Array(new SharedArrayBuffer(8 * TRACED)) }
      const { threads } = await start({ shape: 'stillborn once', items: 10, traces }, place(sharedBy(1))).done
      expect(threads.health.lost).toBe(1)
    }
  })

  test('as soon as it starts', async () => {
    const error = await failure(start({ shape: 'stillborn' }, place(dedicated)))
    expect(error).toMatchObject({ code: 'WORKER_LOST', cause: { message: 'at every start' } })
    expect(error.message).toMatch(/It did so 6 times before it began|They were begun anew 3 times/)
  })
})

interface Outcome {
  readonly kills: number
}

test.each(['dedicated', 'hybrid'])(
  '%s: 30,000 items counted by key, with ten kills: exact, and nothing is left behind',
  (strategy) => {
    const program = fileURLToPath(new URL('../../test/fixtures/killed-workers.mjs', import.meta.url))
    const args = [program, strategy, '30000', '1500']
    const line = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 110_000 })
    const outcome = JSON.parse(line) as Outcome
    expect(outcome).toMatchObject({ lost: 0, doubled: 0, inexact: 0, discarded: 0, handles: 0, hosting: 0 })
    expect(outcome.kills).toBeGreaterThanOrEqual(10)
  },
)
