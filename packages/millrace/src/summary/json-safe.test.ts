/** Goal: what passes comes back from JSON as it was; nothing large or endless is walked through. */
import { expect, test } from 'vitest'
import { isSmallJson } from './json-safe.ts'

test.each([null, true, 0, -1.5, '', 'text', [], [1, [2]], { a: { b: [null] } }, Object.create(null)])(
  '%j passes',
  (value) => {
    expect(isSmallJson(value)).toBe(true)
  },
)

test.each([
  undefined,
  Number.NaN,
  -0,
  1n,
  () => 1,
  Symbol('s'),
  new Date(0),
  new Map(),
  new Uint8Array(2),
  { a: undefined },
  { toJSON: () => 1 },
])('%o does not', (value) => {
  expect(isSmallJson(value)).toBe(false)
})

test('large values and cycles do not', () => {
  const cycle: unknown[] = []
  cycle.push([cycle])
  const values = [cycle, 'x'.repeat(70_000), Array.from({ length: 1_000_000 }, () => 1)]
  expect(values.map((value) => isSmallJson(value))).toEqual([false, false, false])
})
