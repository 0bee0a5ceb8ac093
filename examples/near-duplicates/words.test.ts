/** Goal: a list keeps its values, and only them, however often it grows. */
import { expect, test } from 'vitest'
import { push, pushAll, words } from './words.ts'

test('values stay in order while the list grows', () => {
  const list = words(0)
  push(list, 0xffffffff)
  pushAll(list, Uint32Array.of(1, 2, 3, 4))
  push(list, 5)
  expect([...list.values.slice(0, list.length)]).toEqual([0xffffffff, 1, 2, 3, 4, 5])
  expect(structuredClone(list)).toEqual(list)
})
