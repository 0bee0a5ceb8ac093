/** Goal: `hybrid` keeps the contract; sources have workers of their own, function terms those of the pool. */

import { kernelTerm, run, type Term } from '@millrace/core'
import { expect, test } from 'vitest'
import misfits from '../../test/fixtures/misfits.ts'
import shapes, { Keep } from '../../test/fixtures/shapes.ts'
import stepGraph from '../../test/fixtures/step-graphs.ts'
import { contract } from '../contract.case.ts'
import { governor } from '../governor/governor.ts'
import { placementFor } from '../placement-for.ts'

for (const workers of [1, 2, 5]) contract({ strategy: 'hybrid', workers }, { graphs: 25 })

const start = (term: Term<never, unknown>, workers = 1) => {
  const placement = placementFor({ strategy: 'hybrid', workers })
  return run(term as Term<never, never>, placement === undefined ? {} : { placement })
}

test('the source has a worker, and the functions have another', async () => {
  const { threads, results } = await start(shapes({ shape: 'line' })).done
  expect(results['keep']).toHaveLength(1000)
  expect([threads.budget, threads.errors, threads.workers.length]).toEqual([2, 0, 2])
  expect(new Set(threads.workers.map(({ id }) => id)).size).toBe(2)
})

test('a source without a thread, or without a graph module, runs here', async () => {
  const lease = governor().lease(governor().budget)
  try {
    const { threads, results } = await start(shapes({ shape: 'line' })).done
    expect(results['keep']).toHaveLength(1000)
    expect(threads.budget).toBeLessThanOrEqual(1) // what the pool of the last run has kept
  } finally {
    lease.release()
  }
  const numbers = kernelTerm<never, number>('numbers', { kind: 'source', self: {}, f: () => [1, 2, 3] })
  const kept = new Keep()
  const summary = await start(numbers.pipe(stepGraph({ by: 10 }), kept)).done
  expect([summary.result(kept), summary.threads.budget]).toEqual([[11, 12, 13], 1])
})

test('failures of the source and of the pool end the run alike', async () => {
  const failure = (how: string) => start(misfits({ how })).done.catch((error: unknown) => error)
  expect(await failure('throw')).toMatchObject({ term: 'Misfit', cause: { code: 'E_LARGE' } })
  expect(await failure('input')).toMatchObject({ term: 'numbers', cause: { code: 'NOT_CLONEABLE' } })
  expect((await start(misfits({ how: 'nothing' })).done).results['sink']).toHaveLength(100)
})
