// `spread`: the same items as without it, each copy's in their order; nothing for nothing.

import { run } from '@millrace/core'
import { expect, test } from 'vitest'
import { collect } from '../sink/collect.ts'
import { fromIterable } from '../source/from-iterable.ts'
import { flatMap } from './flat-map.ts'
import { map } from './map.ts'
import { spread } from './spread.ts'

async function spreadOver(copies: number, count: number): Promise<{ copy: number; n: number }[]> {
  const items = collect<{ copy: number; n: number }>()
  const numbers = fromIterable(Array.from({ length: count }, (_, n) => n))
  const spreading = spread((copy) => map((n: number) => ({ copy, n })), { copies })
  return (await run(numbers.pipe(spreading, items)).done).result(items)
}

test.each([1, 2, 3, 7])('%i copies: items go to them in turn, and keep their order there', async (copies) => {
  const found = await spreadOver(copies, 100)
  expect(found.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  for (let copy = 0; copy < copies; copy++) {
    const own = found.filter((item) => item.copy === copy).map(({ n }) => n)
    expect(own).toEqual(Array.from({ length: own.length }, (_, i) => copy + i * copies))
  }
})

test('no items, and terms that give none or several', async () => {
  expect(await spreadOver(3, 0)).toEqual([])
  const items = collect<number>()
  const halves = spread(() => flatMap((n: number) => (n % 2 === 0 ? [] : [n, n])))
  const summary = await run(fromIterable([1, 2, 3, 4]).pipe(halves, items)).done
  expect(summary.result(items).toSorted()).toEqual([1, 1, 3, 3])
})

test('a copy that is one term twice, and a count that is none, are refused', () => {
  const same = map((n: number) => n)
  expect(() => spread(() => same)).toThrow(/new term each time/)
  expect(() => spread(() => map((n: number) => n), { copies: 0 })).toThrow(/copies of spread/)
  expect(() => spread(same as never)).toThrow(/spread/)
})

test('a copy that fails is named', async () => {
  const failing = spread(() =>
    map((_: number): number => {
      throw new RangeError('no')
    }).named('bad'),
  )
  await expect(run(fromIterable([1]).pipe(failing, collect())).done).rejects.toThrow(/"bad" failed/)
})
