/** Goal: what is lost without an error is told in a line each, with its figure, its term and what to do. */

import { parallel } from '@millrace/core'
import { run } from 'millrace'
import { enrich, fromIterable, id, map } from 'millrace/terms'
import { expect, test } from 'vitest'
import { lossesOf } from './losses.ts'

const lossesIn = async (term: Parameters<typeof run>[0]) => {
  const running = run(term as never)
  await running.done
  const losses = lossesOf(running.stats(), undefined)
  return losses.map(({ figure, items, line }) => [figure, items, line])
}

test('a run in which nothing is lost has none', async () => {
  expect(await lossesIn(fromIterable([1, 2]).pipe(id()) as never)).toEqual([])
})

test('items that a row or a table had no partner for', async () => {
  const uneven = parallel({ a: fromIterable([1, 2, 3]), b: fromIterable([1]) }).pipe(id().named('row'))
  expect(await lossesIn(uneven as never)).toEqual([
    ['unmatched', 2, expect.stringMatching(/^2 items were unmatched: .*\(row 2\); .*before a fork/)],
  ])
  const key = { items: (n: number) => n, table: (n: number) => n }
  const enriched = parallel({ items: fromIterable([1, 2, 3]), table: fromIterable([1, 3]) }).pipe(
    enrich({ key }),
  )
  expect(await lossesIn(enriched as never)).toEqual([
    ['unmatched', 1, expect.stringMatching(/^1 item was unmatched: .*\(enrich 1\); .*kind: "left"/)],
  ])
})

test('items that an edge dropped, and those that were set aside', async () => {
  const latest = map(async (n: number) => n).edge({ overflow: 'latest' })
  expect(await lossesIn(fromIterable([1, 2, 3, 4]).pipe(latest) as never)).toEqual([
    [
      'dropped',
      3,
      '3 items were dropped by full edges (fromIterable -> map 3); raise capacityItems there, or choose overflow: "block" [DROPPED]',
    ],
  ])
  const failing = map((): number => {
    throw new Error('no')
  }).onFailure({ onError: 'skip' })
  expect(await lossesIn(fromIterable([1]).pipe(failing) as never)).toEqual([
    ['letters', 1, expect.stringContaining('1 item was set aside (map 1)')],
  ])
})
