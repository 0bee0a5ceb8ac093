// Goal: percentiles are those of the nearest rank, as a reader would count them off.

import { expect, test } from 'vitest'
import { percentiles } from './contract.ts'

test('of a hundred, the 50th, the 99th and the last', () => {
  const lateMs = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect(percentiles(lateMs)).toEqual({ p50Ms: 50, p99Ms: 99, maxMs: 100 })
})

test('of a few, those that there are', () => {
  expect(percentiles([3])).toEqual({ p50Ms: 3, p99Ms: 3, maxMs: 3 })
  expect(percentiles([1, 2])).toEqual({ p50Ms: 1, p99Ms: 2, maxMs: 2 })
})
