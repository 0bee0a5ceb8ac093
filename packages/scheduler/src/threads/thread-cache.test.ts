/** Goal: threads are used again by the next run, and given back to whoever needs them more. */

import { run, type Term } from '@millrace/core'
import { expect, test } from 'vitest'
import shapes from '../../test/fixtures/shapes.ts'
import { governor } from '../governor/governor.ts'
import { placementFor } from '../placement-for.ts'

async function runOnce(shape = 'line') {
  const placement = placementFor({ strategy: 'dedicated' })
  const term = shapes({ shape, items: 100 }) as unknown as Term<never, never>
  return run(term, placement === undefined ? {} : { placement }).done
}
const ids = ({ threads }: Awaited<ReturnType<typeof runOnce>>): number[] =>
  threads.workers.map(({ id }) => id).sort()

test('the next run has the threads of the last', async () => {
  const [first, second] = [await runOnce(), await runOnce()]
  expect(ids(first)).toHaveLength(3)
  expect(ids(second)).toEqual(ids(first))
  expect(governor().used).toBe(3)
})

test('idle threads go when others need them', async () => {
  const first = await runOnce()
  const lease = governor().lease(governor().budget)
  expect(lease.threads).toBe(governor().budget)
  lease.release()
  expect(governor().used).toBe(0)
  const second = await runOnce()
  expect(second.results['keep']).toHaveLength(100)
  expect(ids(second).some((id) => ids(first).includes(id))).toBe(false)
})

test('a run inside a term asks the same governor, and gives its threads back', async () => {
  const { results } = await runOnce('nested')
  expect(results['keep']).toEqual([0, 1, 2, 3])
  expect(governor().used).toBeLessThanOrEqual(3)
  expect(governor().peak).toBeLessThanOrEqual(governor().budget)
})
