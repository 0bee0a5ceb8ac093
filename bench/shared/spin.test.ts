// Goal: the work is the same wherever it runs, and its answer is known without doing it.

import { expect, test } from 'vitest'
import { jump, spin, stepsFor } from './spin.ts'

test('a jump ends where as many single steps end', () => {
  const stepsSeen = [0, 100, 200, 300, 700, 12_800, 123_400]
  for (const from of [0, 1, -5, 2 ** 31 - 1]) {
    expect(stepsSeen.map((steps) => jump(from, steps))).toEqual(stepsSeen.map((steps) => spin(from, steps)))
  }
})

test('the first steps by hand', () => {
  expect(jump(0, 1)).toBe(1_013_904_223)
  expect(jump(0, 2)).toBe(Number(BigInt.asIntN(32, 1_664_525n * 1_013_904_223n + 1_013_904_223n)))
})

test('steps for a time are whole strides', () => {
  expect([stepsFor(5, 917.3), stepsFor(1_000, 917.3)]).toEqual([4_600, 917_300])
  expect(() => stepsFor(5, undefined)).toThrow('no work of 5 µs')
})
