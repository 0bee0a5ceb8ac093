/** Goal: `asOfJoin` finds what a search through the whole right array finds. */

import { parallel } from '@millrace/core'
import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { asOfJoin, fromIterable, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

interface Item {
  readonly id: number
  readonly key: string
  readonly at: number
}

const time = { left: ({ at }: Item) => at, right: ({ at }: Item) => at }
const key = { left: (item: Item) => item.key, right: (item: Item) => item.key }

function sortedItems(random: Random): Item[] {
  let at = random.below(20)
  return Array.from({ length: random.below(50) }, (_, id) => ({
    id,
    key: random.pick(['a', 'b']),
    at: (at += random.below(6)),
  }))
}

test('equals a search through the right items', async () => {
  for (let seed = 0; seed < 120; seed++) {
    const random = new Random(seed)
    const [left, right] = [sortedItems(random), sortedItems(random)]
    const toleranceMs = random.pick([3, 20, 1000])
    const kind = random.pick(['inner', 'left'] as const)
    const joined = parallel({ left: fromIterable(left), right: fromIterable(right) }).pipe(
      asOfJoin({ time, key, toleranceMs, kind }),
    )
    const expected = left.flatMap((l) => {
      const r = right.findLast((item) => item.key === l.key && item.at <= l.at)
      if (r !== undefined && l.at - r.at <= toleranceMs) return [{ left: l, right: r }]
      return kind === 'left' ? [{ left: l }] : []
    })
    expect(await toArray(joined, randomOptions(random))).toEqual(expected)
  }
})

test('an input that is not sorted, and too many keys, are errors', async () => {
  const item = (id: number, at: number) => ({ id, key: String(id), at })
  const joined = (right: readonly Item[]) =>
    parallel({ left: fromIterable([item(0, 0)]), right: fromIterable(right) }).pipe(
      asOfJoin({ time, key, maxKeys: 2 }),
    )
  await expect(toArray(joined([item(0, 5), item(0, 4)]))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Put sortByTime() before it') },
  })
  await expect(toArray(joined([item(0, 5), item(1, 6), item(2, 7)]))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxKeys') },
  })
  expect(() => asOfJoin({ time, key, kind: 'full' as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})
