/** Goal: a worker that is lost costs time and nothing else: no item is lost, none doubled, and states are exact. */

import { type Run, run, type Term } from '@millrace/core'
import { isBalanced, Random } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import recoverable, { type RecoverableParams } from '../../test/fixtures/recoverable.ts'
import { DedicatedPlacement } from '../dedicated/dedicated-placement.ts'
import { HybridPlacement } from '../hybrid/hybrid-placement.ts'
import type { SchedulerOptions } from '../options.ts'

type Placed = DedicatedPlacement | HybridPlacement

const strategies: Readonly<Record<string, SchedulerOptions>> = {
  'a worker per term': { strategy: 'dedicated' },
  'two workers': { strategy: 'dedicated', workers: 2, fallback: 'share' },
  'one worker': { strategy: 'dedicated', workers: 1, fallback: 'share' },
  hybrid: { strategy: 'hybrid', workers: 1 },
}

const place = (options: SchedulerOptions): Placed =>
  options.strategy === 'hybrid' ? new HybridPlacement(options) : new DedicatedPlacement(options)
const start = (params: RecoverableParams, placement: Placed, options = {}): Run<unknown> =>
  run(recoverable(params) as unknown as Term<never, unknown>, { ...options, placement })
const inline = async (params: RecoverableParams): Promise<unknown> =>
  (await run(recoverable(params) as unknown as Term<never, never>).done).results['keep']

/** Ends a thread each time the sinks have got so many more items. Resolves with how many when the run is over. */
async function harass(running: Run<unknown>, placement: Placed, everyItems: number, choose: Random): Promise<number> {
  let kills = 0
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  running.done.then(over, over)
  for (let next = 0; !isOver; ) {
    await new Promise(setImmediate)
    if (running.stats().items.out < next) continue
    const { threads } = placement
    if (threads.length === 0) continue
    threads[choose.below(threads.length)]?.kill()
    kills++
    next = Math.max(next, running.stats().items.out) + everyItems
  }
  return kills
}

describe.each(Object.entries(strategies))('%s', (_, scheduler) => {
  test.each(['line', 'keyed', 'diamond', 'expand', 'waiting', 'take', 'slow'])(
    '%s: the same answer as inline, whatever worker is lost',
    async (shape) => {
      for (const seed of [1, 2, 3]) {
        const choose = new Random(seed)
        const params = { shape, items: 4000 }
        const placement = place(scheduler)
        const capacityItems = [8, 64, 1024][choose.below(3)] as number
        const running = start(params, placement, { edges: { capacityItems } })
        const kills = harass(running, placement, 800, choose)
        const { results, items, threads } = await running.done
        expect(results['keep'], `seed ${seed}`).toEqual(await inline(params))
        expect([isBalanced(items), items.discarded], `seed ${seed}`).toEqual([true, 0])
        expect(await kills).toBeGreaterThan(0)
        expect(threads.health.lost).toBeGreaterThan(0)
      }
    },
    60_000,
  )
})
