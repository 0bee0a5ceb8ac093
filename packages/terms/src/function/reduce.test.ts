/** Goal: `reduce` is Array.reduce with an initial value. */

import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, fromIterable, map, reduce, toArray } from '../index.ts'

test('equals Array.reduce', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), async (items) => {
      const folded = fromIterable(items).pipe(reduce((all, item) => `${all}/${item}`, ''))
      expect(await toArray(folded)).toEqual([items.reduce((all, item) => `${all}/${item}`, '')])
    }),
  )
})

test('emits one value into what follows', async () => {
  const sum = fromIterable([1, 2, 3]).pipe(
    reduce((total, n) => total + n, 0),
    map((total) => total * 10),
  )
  expect(await toArray(sum)).toEqual([60])
})

test('every run begins anew, also with a state that is changed in place', async () => {
  const counts = fromIterable(['a', 'b', 'a']).pipe(
    reduce((all: Map<string, number>, word) => all.set(word, (all.get(word) ?? 0) + 1), new Map()),
  )
  const expected = new Map([
    ['a', 2],
    ['b', 1],
  ])
  expect(await toArray(counts)).toEqual([expected])
  expect(await toArray(counts)).toEqual([expected])
})

test('the ledger balances', async () => {
  const summary = await run(
    fromIterable([1, 2, 3]).pipe(
      reduce((a, b) => a + b, 0),
      collect(),
    ),
  ).done
  expect(summary.items).toMatchObject({ in: 4, filtered: 3, out: 1 })
})

test('after a failure nothing is emitted', async () => {
  const cause = new Error('no')
  const failing = fromIterable([7]).pipe(
    reduce(() => {
      throw cause
    }, 0),
  )
  await expect(toArray(failing)).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'reduce',
    item: 7,
    cause,
  })
})
