/**
 * What every strategy keeps that sends batches to workers, when items end their workers or hang: the guilty term and
 * item are named, whatever else was in the batch, and a worker that can do nothing ends the run with what it died of.
 * Called by one test file per strategy.
 */

import { type DeadLetter, run } from '@millrace/core'
import { checkLedger } from '@millrace/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import poison, { type Deadly, type PoisonParams } from '../test/fixtures/poison.mjs'
import type { SchedulerOptions } from './options.ts'
import { placementFor } from './placement-for.ts'

const HEAP_LIMIT_MB = 32
/** Workers lost at most: two workers have two batches each, one of which ends five of them, the others four each. */
const MAX_LOST = 17

/** Runs the suite for one strategy. */
export function survivesPoison(scheduler: SchedulerOptions): void {
  const { strategy, isolation = 'thread' } = scheduler
  const start = (params: PoisonParams, options: SchedulerOptions = {}) => {
    const placement = placementFor({ workers: 2, ...scheduler, ...options })
    return run(poison(params), placement === undefined ? {} : { placement })
  }
  const failureOf = (params: PoisonParams, options: SchedulerOptions = {}) =>
    start(params, options).done.then(
      () => expect.fail('it should have failed'),
      (error: unknown) => error,
    )

  const cause = { leave: { code: 'WORKER_ENDED' }, unhandled: { message: 'nobody listens' } }
  const deadly: readonly (readonly [Deadly, object])[] = [
    ['leave', cause.leave],
    ['timer', { message: 'thrown in a timer' }],
    ['unhandled', cause.unhandled],
    ...(isolation === 'process' ? [['kill', { code: 'WORKER_ENDED' }] as const] : []),
  ]

  describe(`${strategy}, workers are a ${isolation} each`, () => {
    // a process that dies says so on its standard error, at length
    if (isolation === 'process') {
      beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true))
      afterEach(() => vi.restoreAllMocks())
    }

    for (const [how, what] of deadly) {
      test(`${how}: the term and the item are named`, async () => {
        expect(await failureOf({ hows: { 740: how } })).toMatchObject({
          code: 'TERM_FAILED',
          term: 'deadly',
          phase: 'item',
          item: 740,
          cause: { code: 'CALL_LOST', cause: what },
        })
      })
    }

    test('heap: the term and the item are named', async () => {
      const error = await failureOf({ hows: { 740: 'heap' } }, { heapLimitMb: HEAP_LIMIT_MB })
      expect(error).toMatchObject({ term: 'deadly', item: 740, cause: { code: 'CALL_LOST' } })
    })

    test('in a term with a state, and in a lazy expansion', async () => {
      const scan = await failureOf({ hows: { 740: 'leave' }, kind: 'scan' }, { stateful: 'workers' })
      expect(scan).toMatchObject({ term: 'deadly', item: 740, cause: { code: 'CALL_LOST' } })
      const lazy = await failureOf({ hows: { 740: 'leave' }, kind: 'lazy' })
      expect(lazy).toMatchObject({ term: 'deadly', item: 740, cause: { code: 'CALL_LOST' } })
    })

    test('a call that never returns is ended at its limit, and named', async () => {
      const running = start({ hows: { 740: 'hang' }, policy: { timeoutMs: 1000 } })
      const error = await running.done.catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ term: 'deadly', item: 740, cause: { code: 'CALL_TIMEOUT' } })
      // in a part that was split off, where it is cannot be told: the whole batch hangs once more
      const { lost } = running.stats().threads.health
      expect(lost).toBeLessThanOrEqual(strategy === 'work-stealing' ? 2 : 1)
      for (const kind of ['scan', 'lazy'] as const) {
        expect(
          await failureOf(
            { hows: { 741: 'hang' }, kind, policy: { timeoutMs: 1000 } },
            { stateful: 'workers' },
          ),
        ).toMatchObject({ term: 'deadly', item: 741, cause: { code: 'CALL_TIMEOUT' } })
      }
    })

    test('calls within their limit are left alone', async () => {
      const { results, threads } = await start({ policy: { timeoutMs: 5000 }, kind: 'lazy' }).done
      expect(results['keep']).toHaveLength(1500)
      expect(threads.health.lost).toBe(0)
    })

    test('one item among 100,000 is set aside, all others come through', async () => {
      const items = 100_000
      const running = start({ items, hows: { 54321: 'leave' }, policy: { onError: 'skip' } })
      const letters: DeadLetter[] = []
      for await (const letter of running.deadLetters()) letters.push(letter)
      const summary = await running.done
      checkLedger(summary)
      expect(letters).toMatchObject([{ term: 'deadly', item: 54_321, attempts: 1, kind: 'worker' }])
      expect(summary.results['keep']).toEqual(
        Array.from({ length: items }, (_, i) => i).filter((i) => i !== 54_321),
      )
    })

    test('several items of a batch, of a term with a state, and in each way', async () => {
      const hows = { 100: 'leave', 101: 'leave', 740: 'hang', 999: 'leave' } as const
      const policy = { onError: 'skip', timeoutMs: 1500 } as const
      for (const kind of ['map', 'scan'] as const) {
        const running = start({ hows, kind, policy }, { stateful: 'workers' })
        const letters: (readonly [unknown, string])[] = []
        for await (const { item, kind } of running.deadLetters()) letters.push([item, kind])
        const summary = await running.done
        checkLedger(summary)
        const kinds = Object.entries(hows).map(([item, how]) => [
          Number(item),
          how === 'hang' ? 'timeout' : 'worker',
        ])
        expect(letters.sort(([one], [other]) => Number(one) - Number(other))).toEqual(kinds)
        let sum = 0
        const sound = Array.from({ length: 1000 }, (_, i) => i).filter((i) => !(i in hows))
        expect(summary.results['keep']).toEqual(kind === 'map' ? sound : sound.map((n) => (sum += n)))
      }
    })

    test('a worker that dies at every start ends the run, with what it died of', async () => {
      process.env['MILLRACE_HOME'] = String(process.pid)
      const running = start({ start: 'leave' })
      await expect(running.done).rejects.toMatchObject({
        code: 'WORKER_LOST',
        cause: { code: 'WORKER_ENDED' },
      })
      expect(running.stats().threads.health.lost).toBeLessThanOrEqual(MAX_LOST)
    })
  })
}
