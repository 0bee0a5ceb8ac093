/** Goal: `takeLast` is Array.slice from the end, and keeps no more than that. */

import { run } from '@millrace/core'
import { expect, test } from 'vitest'
import { fromIterable, takeLast } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

test('equals Array.slice(-n)', async () => {
  for (const n of [0, 1, 3, 50]) {
    await expectEverywhere(
      () => takeLast(n),
      (items) => (n === 0 ? [] : items.slice(-n)),
    )
  }
})

test('keeps count items', async () => {
  const term = takeLast<number>(3)
  const sizes = new Set<number>()
  const { initialState } = term
  term.initialState = () => {
    const state = initialState?.() ?? { ring: [], at: 0 }
    term.exit = () => void sizes.add(state.ring.length)
    return state
  }
  await run(fromIterable(Array.from({ length: 1000 }, (_, i) => i)).pipe(term)).done
  expect([...sizes]).toEqual([3])
})

test('refuses counts that make no sense', () => {
  expect(() => takeLast(-1)).toThrow(REFUSED)
})
