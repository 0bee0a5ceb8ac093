/**
 * Goal: law 9 for values of all kinds, five levels deep, hostile ones among them. Under every strategy, in threads and in
 * processes, and through a checkpoint, a value is what it is inline, or the run is refused with a code, a path and a term.
 */

import { run } from '@millrace/core'
import { whyNotCarried } from '@millrace/core/engine'
import { MemoryStore, Random } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import { anyValue, kindsOf, type Lot, signature } from '../test/fixtures/any-value.ts'
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
  { strategy: 'hybrid', workers: 1, isolation: 'process', stateful: 'workers' },
]
/** Whether a term with a state runs on a worker, however light it is. */
const movesState = ({ strategy, stateful }: SchedulerOptions) =>
  strategy === 'dedicated' || stateful === 'workers'

const start = (params: ValuesParams, scheduler: SchedulerOptions) => {
  const placement = placementFor(scheduler)
  return run(valuesGraph(params), { batchItems: 7, ...(placement === undefined ? {} : { placement }) })
}

const signatures = async (params: ValuesParams, scheduler: SchedulerOptions) => {
  const { results } = await start(params, scheduler).done
  return (results['keep'] as unknown[]).map(comparable)
}

const known = new Map<string, Promise<string[]>>()
const inlineSignatures = (params: ValuesParams): Promise<string[]> => {
  const key = JSON.stringify(params)
  const seen = known.get(key) ?? signatures(params, { strategy: 'inline' })
  known.set(key, seen)
  return seen
}

/** Stacks differ: the values are made in different places. */
const comparable = (value: unknown) => signature(value).replaceAll(/"[^"]*\\n +at [^"]*"/g, '"stack"')

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
  const hasSourceOnWorker = scheduler.strategy === 'dedicated' || scheduler.strategy === 'hybrid'
  const refusedIn = (as: ValuesParams['as']) => (as === 'input' && hasSourceOnWorker ? 'values' : 'pass')

  test.each(['input', 'result', 'state'] as const)('what arrives is whole: %s', async (as) => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const params = { lot: 'whole', kinds: shuffled('whole', seed), seed: seed * 1000, as } as const
      expect(await signatures(params, scheduler), `seed ${seed}`).toEqual(await inlineSignatures(params))
    }
  })

  test.each(['input', 'result', 'state'] as const)('what cannot is refused: %s', async (as) => {
    for (const [at, kind] of kindsOf('refused').entries()) {
      const params = { lot: 'refused', kinds: [kind], seed: at, as } as const
      const seen = await refusal(params, scheduler)
      expect([kind, seen]).toEqual([
        kind,
        as === 'state' && !movesState(scheduler)
          ? 'completed'
          : { code: 'TERM_FAILED', term: refusedIn(as), cause: 'NOT_CLONEABLE', hasPath: true },
      ])
    }
  })

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
  )

  test.each(['input', 'result', 'state'] as const)('memory goes to threads alone: %s', async (as) => {
    const isRefused = scheduler.isolation === 'process' && (as !== 'state' || movesState(scheduler))
    for (const kind of kindsOf('shared')) {
      const seen = await refusal({ lot: 'shared', kinds: [kind], seed: 1, as }, scheduler)
      if (isRefused) expect(seen).toMatchObject({ term: 'pass', cause: 'NOT_CLONEABLE' })
      else expect(seen).toBe('completed')
    }
  })

  test.each(['input', 'result', 'state'] as const)(
    'whatever a value is made of, it is what it is inline, or refused: %s',
    async (as) => {
      const seen = { whole: 0, refused: 0 }
      for (let seed = 1; seed <= 8 * ROUNDS; seed++) {
        const kind = new Random(seed).pick(kindsOf('any'))
        const params: ValuesParams = { lot: 'any', kinds: [kind], seed: seed * 1000, as }
        const outcome = await refusal(params, scheduler)
        if (outcome !== 'completed') {
          const wanted = { code: 'TERM_FAILED', cause: 'NOT_CLONEABLE', hasPath: true }
          expect([seed, kind, outcome]).toMatchObject([seed, kind, wanted])
          expect(['values', 'pass']).toContain((outcome as { readonly term: unknown }).term)
          seen.refused++
        } else if (whyNotCarried(anyValue('any', kind, seed * 1000), 'thread') === undefined) {
          expect([seed, kind, await signatures(params, scheduler)]).toEqual([
            seed,
            kind,
            await inlineSignatures(params),
          ])
          seen.whole++
        }
      }
      expect([seen.whole > 0, seen.refused > 0]).toEqual([true, as !== 'state' || movesState(scheduler)])
    },
  )
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
      expect([(results['keep'] as unknown[]).map(comparable), resumes]).toEqual([
        await inlineSignatures(params),
        1,
      ])
    }
  })

  test.each(['input', 'state'] as const)(
    'keeps whatever a value is made of, or refuses it: %s',
    async (as) => {
      const seen = { kept: 0, refused: 0 }
      for (let seed = 1; seed <= 12 * ROUNDS; seed++) {
        const kind = new Random(seed).pick(kindsOf('any'))
        const kinds = Array.from({ length: 24 }, () => kind)
        const params = { lot: 'any', kinds, seed: seed * 1000, as } as const
        const store = await killed(params).catch(
          (error: { readonly code: string; readonly message: string }) => {
            expect([seed, kind, error]).toMatchObject([seed, kind, { code: 'NOT_SAVED' }])
            expect(error.message).toMatch(/"(values|pass|keep)".*\(\S*value\S* is /)
          },
        )
        if (store === undefined) {
          seen.refused++
          continue
        }
        const resumed = await run(valuesGraph(params), { checkpoint: { store } }).done
        const given = (resumed.results['keep'] as unknown[]).map(comparable)
        expect([seed, kind, given]).toEqual([seed, kind, await inlineSignatures(params)])
        seen.kept++
      }
      expect([seen.kept > 0, seen.refused > 0]).toEqual([true, true])
    },
  )

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
