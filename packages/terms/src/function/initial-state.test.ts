/** Goal: each run begins with a copy of the initial state that is what was given, prototypes and all, or it is refused. */

import { graph } from '@millrace/core'
import { expect, test } from 'vitest'
import { copyItem, fromIterable, keyedReduce, keyedScan, reduce, scan, toArray } from '../index.ts'

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
  get euros() {
    return this.cents / 100
  }
}
class Stranger {
  readonly x = 1
}

graph(import.meta.url, { items: [Money] }, () => fromIterable([1]))

const add = (money: Money, cents: number): Money => new Money(money.cents + cents)
const none = new Money(0)
const euros = (items: readonly unknown[]) => items.map((item) => (item as Money).euros)

test('of a registered class', async () => {
  const cents = () => fromIterable([150, 250])
  expect(euros(await toArray(fromIterable<number>([]).pipe(reduce(add, none))))).toEqual([0])
  expect(euros(await toArray(cents().pipe(reduce(add, none))))).toEqual([4])
  expect(
    euros(await toArray(cents().pipe(scan((money: Money, n) => (n > 150 ? money : add(money, n)), none)))),
  ).toEqual([1.5, 1.5])
  const all = await toArray(
    cents().pipe(
      keyedReduce(
        () => 'all',
        (money) => money,
        none,
      ),
    ),
  )
  expect(euros(all.map(({ value }) => value))).toEqual([0])
  expect(copyItem(none)).not.toBe(none)
  expect(copyItem(none).euros).toBe(0)
})

test('a buffer stays one', async () => {
  const [state] = await toArray(
    fromIterable<number>([]).pipe(reduce((bytes: Buffer) => bytes, Buffer.from('abc'))),
  )
  expect(String(state)).toBe('abc')
})

test.each<[string, unknown, string]>([
  ['an object of another class', new Stranger(), 'it is an object of class Stranger; Register the class'],
  ['one within', { of: [new Stranger()] }, 'of[0] is an object of class Stranger'],
  ['a function', { f() {} }, 'f is a function (f)'],
  ['a property named by a symbol', { [Symbol('s')]: 1 }, '[Symbol(s)] is a property whose name is a symbol'],
])('%s is refused', (_kind, initial, message) => {
  for (const make of [
    () => scan((state) => state, initial),
    () => reduce((state) => state, initial),
    () =>
      keyedReduce(
        () => 'k',
        (state) => state,
        initial,
      ),
    () =>
      keyedScan(
        () => 'k',
        (state) => state,
        initial,
      ),
    () => copyItem(initial),
  ]) {
    expect(make).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    )
  }
})
