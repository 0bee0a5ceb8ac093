/** Goal: a strict run refuses what breaks the rules of the road, under every strategy alike, and nothing else. */

import { run } from 'millrace'
import { fromIterable, map, scan } from 'millrace/terms'
import { expect, test } from 'vitest'
import everyTerm, { graphs } from '../../test/fixtures/every-term.ts'
import mutations from '../../test/fixtures/mutations.ts'
import { strategies } from '../config/settings.ts'

const MS = 60_000

test.each(strategies)(
  'under %s the term that changes an item, or a state it gave, fails',
  { timeout: MS },
  async (strategy) => {
    const options = {
      strict: true,
      scheduler: { strategy, workers: 2, ...(strategy === 'inline' ? {} : { stateful: 'workers' as const }) },
    }
    const failing = (kind: 'item' | 'state') => run(mutations({ kind }), options).done
    await expect(failing('item')).rejects.toMatchObject({
      code: 'TERM_FAILED',
      term: 'map',
      cause: { name: 'TypeError' },
    })
    await expect(failing('state')).rejects.toMatchObject({
      code: 'TERM_FAILED',
      term: 'scan',
      cause: { name: 'TypeError' },
    })
    expect((await run(mutations({ kind: 'none' }), options).done).items.out).toBe(600)
  },
)

test('what cannot be frozen is compared', async () => {
  const change = fromIterable([{ at: new Date(0), bytes: new Uint8Array(2) }])
  const byDate = change.pipe(map((item) => item.at.setTime(1)))
  await expect(run(byDate, { strict: true }).done).rejects.toMatchObject({
    cause: {
      code: 'NOT_STRICT',
      message: expect.stringContaining('"map" breaks a rule of the road: it changed its item: item.at'),
    },
  })
  const kept: Map<string, number>[] = []
  const state = fromIterable([1, 2, 3]).pipe(
    map((n) => {
      kept[0]?.set('x', n)
      return n
    }),
    scan((seen: Map<string, number>) => {
      kept[0] = seen
      return seen
    }, new Map()),
  )
  await expect(run(state, { strict: true }).done).rejects.toMatchObject({
    cause: {
      code: 'NOT_STRICT',
      message: expect.stringContaining('"scan" breaks a rule of the road: its state was changed'),
    },
  })
})

test('every term keeps the rules', { timeout: MS }, async () => {
  const failed: unknown[] = []
  for (const term of Object.keys(graphs)) {
    await run(everyTerm({ term }), { strict: true }).done.catch((error: unknown) =>
      failed.push([term, String(error)]),
    )
  }
  expect(failed).toEqual([])
})
