/** Goal: `sortByTime` is a stable sort of the items that are not late, and tells the late ones apart. */

import { parallel, run } from '@millrace/core'
import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { collect, fromIterable, sortByTime, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

interface Item {
  readonly id: number
  readonly at: number
}

function randomItems(random: Random): Item[] {
  let now = 0
  return Array.from({ length: random.below(120) }, (_, id) => {
    now += random.below(6)
    return { id, at: now - (random.below(3) === 0 ? random.below(30) : 0) }
  })
}

test('is a stable sort of what is not late', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed)
    const items = randomItems(random)
    const outOfOrderMs = random.below(25)
    const onTime: Item[] = []
    const tooLate: Item[] = []
    let latest = Number.NEGATIVE_INFINITY
    for (const item of items) {
      ;(item.at < latest - outOfOrderMs ? tooLate : onTime).push(item)
      latest = Math.max(latest, item.at)
    }
    const term = fromIterable(items).pipe(sortByTime({ time: ({ at }) => at, outOfOrderMs, late: 'port' }))
    const sorted = collect<Item>()
    const late = collect<Item>()
    const summary = await run(
      parallel(term.port('sorted').pipe(sorted), term.port('late').pipe(late)),
      randomOptions(random),
    ).done
    expect(summary.result(sorted)).toEqual(onTime.toSorted((a, b) => a.at - b.at))
    expect(summary.result(late)).toEqual(tooLate)
    const dropping = sortByTime({ time: ({ at }: Item) => at, outOfOrderMs, late: 'drop' })
    expect(await toArray(fromIterable(items).pipe(dropping))).toEqual(summary.result(sorted))
  }
})

test('holds no more than maxItems', async () => {
  const sort = (maxItems: number) => sortByTime({ time: (n: number) => n, outOfOrderMs: 3, maxItems })
  const items = [1, 2, 3, 4, 5, 6, 7, 8]
  expect(await toArray(fromIterable(items).pipe(sort(3)))).toEqual(items)
  await expect(toArray(fromIterable(items).pipe(sort(2)))).rejects.toMatchObject({
    item: 3,
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxItems') },
  })
})

test('a late item fails the run, and names its time', async () => {
  const sort = sortByTime({ time: (n: number) => n, outOfOrderMs: 3 })
  await expect(toArray(fromIterable([9, 5]).pipe(sort))).rejects.toMatchObject({
    item: 5,
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('of time 5 when its watermark was at 6') },
  })
})
