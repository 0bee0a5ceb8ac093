/** Goal: `toArray` is collect, run and result in one, also for rows, and hands on failures. */

import { parallel } from '@millrace/core'
import { expect, expectTypeOf, test } from 'vitest'
import { fromIterable, map, toArray } from './index.ts'

test('gives items, and rows of several outputs', async () => {
  expect(await toArray(fromIterable([1, 2]))).toEqual([1, 2])
  const rows = await toArray(parallel({ n: fromIterable([1, 2]), t: fromIterable(['a', 'b']) }))
  expectTypeOf(rows).toEqualTypeOf<{ n: number; t: string }[]>()
  expect(rows).toEqual([
    { n: 1, t: 'a' },
    { n: 2, t: 'b' },
  ])
})

test('takes the options of a run', async () => {
  const signal = AbortSignal.abort()
  await expect(toArray(fromIterable([1]), { signal })).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a missing input is an error', async () => {
  // @ts-expect-error: the types say so, too
  await expect(toArray(map((n: number) => n))).rejects.toMatchObject({ code: 'OPEN_INPUT' })
})
