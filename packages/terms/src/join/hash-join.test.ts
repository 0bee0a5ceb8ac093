/** Goal: `hashJoin` equals nested loops over the whole arrays, whatever the run's options, and keeps its bound. */

import { parallel, run, type Term } from '@millrace/core'
import { checkLedger, Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { collect, fromIterable, hashJoin, type JoinKind, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

interface Row {
  readonly id: number
  readonly key: string
}

const key = { left: (row: Row) => row.key, right: (row: Row) => row.key }
const KINDS: readonly JoinKind[] = ['inner', 'left', 'right', 'full']

function randomRows(random: Random): Row[] {
  return Array.from({ length: random.below(30) }, (_, id) => ({ id, key: random.pick(['a', 'b', 'c', 'd']) }))
}

/** The answer, and how many items have no match and are not given. */
function nested(kind: JoinKind, left: readonly Row[], right: readonly Row[]) {
  const rows: { readonly left?: Row; readonly right?: Row }[] = []
  let unmatched = 0
  const alone = (row: { readonly left: Row } | { readonly right: Row }, isGiven: boolean): void => {
    if (isGiven) rows.push(row)
    else unmatched++
  }
  for (const one of left) {
    const others = right.filter((other) => other.key === one.key)
    for (const other of others) rows.push({ left: one, right: other })
    if (others.length === 0) alone({ left: one }, kind === 'left' || kind === 'full')
  }
  for (const other of right) {
    if (left.some((one) => one.key === other.key)) continue
    alone({ right: other }, kind === 'right' || kind === 'full')
  }
  return { rows, unmatched }
}

test.each(KINDS)('%s', async (kind) => {
  const random = new Random(KINDS.indexOf(kind))
  for (let round = 0; round < 40; round++) {
    const [left, right] = [randomRows(random), randomRows(random)]
    const sink = collect()
    const inputs = parallel({ left: fromIterable(left), right: fromIterable(right) })
    const graph = inputs.pipe(hashJoin({ key, kind }), sink) as unknown as Term<never, never>
    const summary = await run(graph, randomOptions(random)).done
    const { rows, unmatched } = nested(kind, left, right)
    expect(summary.result(sink)).toEqual(rows)
    expect(summary.items.unmatched).toBe(unmatched)
    checkLedger(summary)
  }
})

test('more rows than may be held, other inputs, and options that make no sense are refused', async () => {
  const rows = (count: number) => fromIterable(Array.from({ length: count }, (_, id) => ({ id, key: 'a' })))
  const joined = (right: number) =>
    toArray(parallel({ left: rows(1), right: rows(right) }).pipe(hashJoin({ key, maxRows: 2 })))
  expect(await joined(2)).toHaveLength(2)
  await expect(joined(3)).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
  const others = parallel({ items: rows(1), table: rows(1) }) as never as Term<
    never,
    { left: Row; right: Row }
  >
  await expect(toArray(others.pipe(hashJoin({ key })))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(() => hashJoin({ key, kind: 'outer' as never })).toThrow('kind of hashJoin()')
  expect(() => hashJoin({ key: { left: key.left } as never })).toThrow('key.right of hashJoin')
})
