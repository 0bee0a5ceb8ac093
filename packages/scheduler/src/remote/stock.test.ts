/** Goal: a stock gives what it got, in order, with the times beside it, and knows when it is full. */

import { expect, test } from 'vitest'
import { Stock } from './stock.ts'

test('items and their times come out in the order in which they went in', () => {
  const stock = new Stock()
  stock.add({ items: [0, 1, 2, 3], at: 1, to: 3, times: [10, 11, 12, 13], tag: '' })
  stock.add({ items: ['a'], at: 0, to: 1, times: [14], tag: '' })
  expect(stock.size).toBe(3)
  expect(stock.take(2)).toEqual({ items: [1, 2], times: [11, 12] })
  expect(stock.take(5)).toEqual({ items: ['a'], times: [14] })
  expect(stock.take(1)).toEqual({ items: [], times: undefined })
})

test('it is full by bytes, until they are taken', () => {
  const stock = new Stock()
  const page = 'x'.repeat(128 * 1024)
  for (let i = 0; i < 2; i++) stock.add({ items: [page], at: 0, to: 1, times: undefined, tag: '' })
  expect([stock.isFull, stock.size]).toEqual([true, 2])
  stock.take(1)
  expect([stock.isFull, stock.size]).toEqual([false, 1])
})
