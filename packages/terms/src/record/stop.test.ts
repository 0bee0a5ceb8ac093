/** Goal: `stop` takes everything and has no output. */

import { run } from '@millrace/core'
import { expect, test } from 'vitest'
import { fromIterable, id, map, stop, toArray } from '../index.ts'

test('every item ends there, also of a branch beside others', async () => {
  const { items } = await run(fromIterable([1, 2, 3]).pipe(stop())).done
  expect(items).toMatchObject({ in: 3, out: 3, discarded: 0 })
  const rows = fromIterable([1, 2]).parallel({ kept: id(), gone: stop() })
  expect(await toArray(rows)).toEqual([{ kept: 1 }, { kept: 2 }])
})

test('nothing can follow it', () => {
  const number = map((n: number) => n)
  // @ts-expect-error: the types say so, too
  const term = fromIterable([1]).pipe(stop(), number)
  expect(() => run(term)).toThrow(expect.objectContaining({ code: 'NO_OUTPUT' }))
})
