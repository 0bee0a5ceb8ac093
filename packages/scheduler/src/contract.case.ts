/**
 * The contract that every strategy keeps: the laws of docs/laws.md, over random graphs, and equality with the
 * inline run. Called by one test file per strategy.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, type Term } from '@millrace/core'
import {
  evaluateSpec,
  type GraphSpec,
  isBalanced,
  Random,
  randomMergeSpec,
  randomSpec,
} from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import { canBeginAnew } from '../test/fixtures/can-begin-anew.ts'
import labour from '../test/fixtures/labour.mjs'
import specGraph from '../test/fixtures/spec-graph.ts'
import type { SchedulerOptions, Strategy } from './options.ts'
import { placementFor } from './placement-for.ts'
import { workersOf } from './testing/workers-of.ts'

/** What a contract run takes beside the scheduler's options. */
export interface ContractOptions {
  /** Random graphs per property. Default 40; `MILLRACE_DEEP` multiplies it. */
  readonly graphs?: number
}

/** Strategies whose workers keep terms for the whole run: where such a term cannot be saved, a loss ends the run. */
const KEEPING: readonly (Strategy | undefined)[] = ['dedicated', 'hybrid']

const DEEP = Number(process.env['MILLRACE_DEEP'] ?? 1)

function placed(term: Term<never, unknown>, scheduler: SchedulerOptions, choose: Random) {
  const placement = placementFor(scheduler)
  return run(term, {
    batchItems: [1, 3, 64, 1024][choose.below(4)] as number,
    edges: { capacityItems: [2, 16, 1024][choose.below(3)] as number },
    ...(placement === undefined ? {} : { placement }),
  })
}

/** Runs the contract for one strategy on so many workers. */
export function contract(scheduler: SchedulerOptions, { graphs = 40 }: ContractOptions = {}): void {
  const { strategy, workers = 'default', stateful = 'auto', adaptive = false, isolation } = scheduler
  const kind = isolation === 'process' ? 'processes' : 'workers'
  const name = `${strategy}, ${workers} ${kind}${adaptive ? ' at most' : ''}, stateful: ${stateful}`
  const seeds = Array.from({ length: graphs * DEEP }, (_, i) => i + 1)

  describe(`contract: ${name}`, () => {
    test('laws 1, 2, 3, 6: every sink gets the sequence of the reference, whatever batches and bounds', async () => {
      for (const seed of seeds) {
        const spec = randomSpec(new Random(seed), { items: 600 })
        const summary = await placed(specGraph({ spec }), scheduler, new Random(seed)).done
        const reference = evaluateSpec(spec)
        spec.nodes.forEach(({ sink }, at) => {
          if (sink === 'none') return
          expect(summary.results[`sink${at}`], `seed ${seed}, node ${at}`).toEqual(reference.nodes[at]?.given)
        })
        expect([isBalanced(summary.items), summary.items.discarded], `ledger of seed ${seed}`).toEqual([
          true,
          0,
        ])
        if (summary.grown === 0) {
          for (const { peakItems, capacityItems } of summary.edges) {
            expect(peakItems).toBeLessThanOrEqual(capacityItems)
          }
        }
      }
    }, 120_000)

    test('law 1 with failures: what fails for good is set aside, once, or replaced', async () => {
      for (const seed of seeds.slice(0, Math.ceil(seeds.length / 2))) {
        const spec = randomSpec(new Random(seed), { items: 600, troubled: true })
        const running = placed(specGraph({ spec }), scheduler, new Random(seed))
        let told = 0
        running.on('deadLetter', () => told++)
        const summary = await running.done
        const reference = evaluateSpec(spec)
        spec.nodes.forEach(({ op, sink }, at) => {
          const { given, deadLettered } = reference.nodes[at] ?? { given: [], deadLettered: 0 }
          if (sink !== 'none') expect(summary.results[`sink${at}`], `seed ${seed}, node ${at}`).toEqual(given)
          if (!reference.isExact) return
          const failures = summary.failures.byTerm[`${op.kind}${at}`]
          expect(failures?.deadLettered ?? 0, `letters of seed ${seed}, node ${at}`).toBe(deadLettered)
        })
        const { items, failures } = summary
        expect([isBalanced(items), items.discarded], `ledger of seed ${seed}`).toEqual([true, 0])
        expect([failures.deadLettered, told], `letters of seed ${seed}`).toEqual([items.deadLettered, told])
        expect(told).toBe(items.deadLettered)
      }
    }, 120_000)

    test('law 2 with merge: the same items, and of each input in the same order', async () => {
      for (const seed of seeds) {
        const spec = randomMergeSpec(new Random(seed), { items: 300, exact: true })
        const [there, here] = await Promise.all([
          placed(specGraph({ spec }), scheduler, new Random(seed)).done,
          run(specGraph({ spec })).done,
        ])
        const last = `sink${spec.nodes.length - 1}`
        expect(byInput(there.results[last]), `seed ${seed}`).toEqual(byInput(here.results[last]))
      }
    }, 120_000)

    const mayLose = (spec: GraphSpec): boolean => !KEEPING.includes(strategy) || canBeginAnew(spec)
    describe('workers that die cost time alone', () => {
      test('ended at any moment', async () => {
        for (let seed = 1, graphs = 0; graphs < 3 * DEEP; seed++) {
          const choose = new Random(seed)
          const spec = randomSpec(choose, { items: 600 })
          if (!mayLose(spec)) continue
          graphs++
          const { done } = placed(specGraph({ spec }), scheduler, choose)
          for (let kills = 0; kills < 2; kills++) {
            for (let turns = choose.below(40); turns > 0; turns--) await new Promise(setImmediate)
            const workers = workersOf()
            if (workers.length > 0) choose.pick(workers).kill()
          }
          const summary = await done
          const reference = evaluateSpec(spec)
          spec.nodes.forEach(({ sink }, at) => {
            if (sink === 'none') return
            expect(summary.results[`sink${at}`], `seed ${seed}, node ${at}`).toEqual(
              reference.nodes[at]?.given,
            )
          })
          expect([isBalanced(summary.items), summary.items.discarded]).toEqual([true, 0])
        }
      }, 120_000)

      test('ended by items that do so once', async () => {
        const onceIn = mkdtempSync(join(tmpdir(), 'millrace-once-'))
        try {
          const sabotage = { seed: 3, rates: { exit: 0.002, delay: 0.002 }, delayMs: 1, onceIn }
          const params = { items: 1000, rounds: 100 }
          const { results, threads } = await placed(labour({ ...params, sabotage }), scheduler, new Random(1))
            .done
          expect(results['keep']).toEqual((await run(labour(params)).done).results['keep'])
          expect(threads.health.lost).toBeGreaterThan(0)
        } finally {
          rmSync(onceIn, { recursive: true })
        }
      }, 120_000)
    })

    test('law 7: cancel at any moment settles, and leaves nothing under way', async () => {
      for (const seed of seeds.slice(0, 10)) {
        const choose = new Random(seed)
        const running = placed(specGraph({ spec: randomSpec(choose, { items: 600 }) }), scheduler, choose)
        const outcome = running.done.then(
          () => 'done',
          (error: { readonly code?: string }) => error.code,
        )
        for (let turns = choose.below(20); turns > 0; turns--) await new Promise(setImmediate)
        await running.cancel('enough')
        expect(['done', 'CANCELLED']).toContain(await outcome)
      }
    })
  })
}

/** Items by the input they came from, or as a multiset where they do not say. */
function byInput(items: unknown): unknown {
  const groups = new Map<string, unknown[]>()
  const loose: string[] = []
  for (const item of items as readonly unknown[]) {
    const { name, data } = (item ?? {}) as { readonly name?: string; readonly data?: unknown }
    if (name === undefined) loose.push(JSON.stringify(item) ?? 'undefined')
    else groups.set(name, [...(groups.get(name) ?? []), data])
  }
  return [Object.fromEntries([...groups].sort()), loose.sort()]
}
