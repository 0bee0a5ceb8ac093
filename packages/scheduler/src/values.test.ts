/**
 * Goal: law 9 for values of all kinds, five levels deep, hostile ones among them. Under every strategy, in threads and in
 * processes, and through a checkpoint, a value is what it is inline, or the run is refused with a code, a path and a term.
 */

import { run } from '@millrace/core'
import { MemoryStore, Random } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import { kindsOf, type Lot, signature } from '../test/fixtures/any-value.ts'
import valuesGraph, { type ValuesParams } from '../test/fixtures/values-graph.ts'
import type { SchedulerOptions } from './options.ts'
import { placementFor } from './placement-for.ts'

const ROUNDS = 3 * Number(process.env['MILLRACE_DEEP'] ?? 1)

const places: readonly SchedulerOptions[] = [
  { strategy: 'pool', workers: 2 },
  { strategy: 'pool', workers: 1, isolation: 'process' },
  { strategy: 'pool', workers: 1, stateful: 'workers' },
  { strategy: 'work-stealing', workers: 2 },
  { strategy: 'dedicated' },
  { strategy: 'hybrid', workers: 1 },
]

const start = (params: ValuesParams, scheduler: SchedulerOptions) => {
  const placement = placementFor(scheduler)
  return run(valuesGraph(params), { batchItems: 7, ...(placement === undefined ? {} : { placement }) })
}

const signatures = async (params: ValuesParams, scheduler: SchedulerOptions) => {
  const { results } = await start(params, scheduler).done
  // stacks differ: the values are made in different places
  return (results['keep'] as unknown[]).map((value) =>
    signature(value).replaceAll(/"[^"]*\\n +at [^"]*"/g, '"stack"'),
  )
}

const refusal = async (params: ValuesParams, scheduler: SchedulerOptions) => {
  const outcome = await start(params, scheduler).done.then(
    ({ outcome }) => outcome,
    (error: { readonly code: unknown; readonly term: unknown; readonly cause: unknown }) => error,
  )
  if (typeof outcome === 'string') return outcome
  const { code, term, cause } = outcome as {
    code: unknown
    term: unknown
    cause: { code?: unknown; message?: string }
  }
  return { code, term, cause: cause?.code, hasPath: /(item|state)[.[]/.test(cause?.message ?? '') }
}

const shuffled = (lot: Lot, seed: number): string[] => {
  const choose = new Random(seed)
  return kindsOf(lot)
    .flatMap((kind) => [kind, kind])
    .map((kind) => ({ kind, at: choose.below(1_000_000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ kind }) => kind)
}

describe.each(places)('$strategy, $isolation, stateful: $stateful', (scheduler) => {
  test.each(['input', 'result', 'state'] as const)(
    'what arrives is whole: %s',
    async (as) => {
      for (let seed = 1; seed <= ROUNDS; seed++) {
        const params = { lot: 'whole', kinds: shuffled('whole', seed), seed: seed * 1000, as } as const
        expect(await signatures(params, scheduler), `seed ${seed}`).toEqual(
          await signatures(params, { strategy: 'inline' }),
        )
      }
    },
    60_000,
  )

  test.each(['input', 'result'] as const)(
    'what cannot is refused: %s',
    async (as) => {
      const term = as === 'input' && ['dedicated'].includes(scheduler.strategy as string) ? 'values' : 'pass'
      for (const [at, kind] of kindsOf('refused').entries()) {
        const params = { lot: 'refused', kinds: [kind], seed: at, as } as const
        const seen = await refusal(params, scheduler)
        expect([kind, seen]).toEqual([
          kind,
          {
            code: 'TERM_FAILED',
            term: scheduler.strategy === 'hybrid' && as === 'input' ? 'values' : term,
            cause: 'NOT_CLONEABLE',
            hasPath: true,
          },
        ])
      }
    },
    60_000,
  )

  test.each(['input', 'result'] as const)(
    'what changes when it is looked at arrives as it was once, or is refused: %s',
    async (as) => {
      for (const kind of kindsOf('unsteady')) {
        for (let seed = 0; seed < 6; seed++) {
          const seen = await refusal({ lot: 'unsteady', kinds: [kind], seed, as }, scheduler)
          if (seen !== 'completed')
            expect([kind, seen]).toMatchObject([
              kind,
              { code: 'TERM_FAILED', cause: 'NOT_CLONEABLE', hasPath: true },
            ])
        }
      }
    },
    60_000,
  )

  test('memory goes to threads alone', async () => {
    for (const kind of kindsOf('shared')) {
      const params = { lot: 'shared', kinds: [kind], seed: 1, as: 'result' } as const
      const seen = await refusal(params, scheduler)
      if (scheduler.isolation === 'process')
        expect(seen).toMatchObject({ term: 'pass', cause: 'NOT_CLONEABLE' })
      else expect(seen).toBe('completed')
    }
  }, 60_000)
})

describe('a checkpoint', () => {
  const killed = async (params: ValuesParams) => {
    const store = new MemoryStore()
    let remains: MemoryStore | undefined
    let left = 4
    const first = run(valuesGraph(params), {
      batchItems: 3,
      edges: { capacityItems: 4 },
      checkpoint: { store, everyItems: 1 },
    })
    first.on('checkpoint', () => {
      remains = store.copy()
      if (--left === 0) void first.cancel('killed')
    })
    await first.done.catch((error: { readonly code: string }) => {
      if (error.code !== 'CANCELLED') throw error
    })
    return remains
  }

  test.each(['input', 'state'] as const)('keeps what is whole: %s', async (as) => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const params = { lot: 'whole', kinds: shuffled('whole', seed), seed: seed * 1000, as } as const
      const store = await killed(params)
      const resumed = run(valuesGraph(params), { checkpoint: { store: store as MemoryStore } })
      let resumes = 0
      resumed.on('resume', () => resumes++)
      const { results } = await resumed.done
      const strip = (value: unknown) => signature(value).replaceAll(/"[^"]*\\n +at [^"]*"/g, '"stack"')
      expect([(results['keep'] as unknown[]).map(strip), resumes]).toEqual([
        await signatures(params, { strategy: 'inline' }),
        1,
      ])
    }
  })

  test('refuses what is not', async () => {
    for (const lot of ['refused', 'shared'] as const) {
      for (const [at, kind] of kindsOf(lot).entries()) {
        const params = { lot, kinds: Array.from({ length: 40 }, () => kind), seed: at, as: 'state' } as const
        await expect(killed(params), kind).rejects.toMatchObject({
          code: 'NOT_SAVED',
          message: expect.stringMatching(/"(pass|keep)"/),
        })
      }
    }
  })
})
