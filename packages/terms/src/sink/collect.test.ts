/** Goal: `collect` gives all items, in every run anew. */

import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { collect, fromIterable } from '../index.ts'

test('gives all items in order, in every run anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), async (items) => {
      const all = collect<number>()
      const graph = fromIterable(items).pipe(all)
      for (let i = 0; i < 2; i++) {
        const summary = await run(graph).done
        const result = summary.result(all)
        expectTypeOf(result).toEqualTypeOf<number[]>()
        expect(result).toEqual(items)
      }
    }),
  )
})

test('two runs at once do not mix', async () => {
  const all = collect<number>()
  const graph = fromIterable([1, 2]).pipe(all)
  const summaries = await Promise.all([run(graph).done, run(graph).done])
  expect(summaries.map((summary) => summary.result(all))).toEqual([
    [1, 2],
    [1, 2],
  ])
})

test('takes rows', async () => {
  const all = collect<{ a: number; b: string }>()
  const { parallel } = await import('@millrace/core')
  const summary = await run(parallel({ a: fromIterable([1]), b: fromIterable(['x']) }).pipe(all)).done
  expect(summary.result(all)).toEqual([{ a: 1, b: 'x' }])
})
