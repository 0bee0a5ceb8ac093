// Goal: a ratio is one figure over another, and what was not measured gives none.

import { expect, test } from 'vitest'
import type { Row } from './contracts.ts'
import { figuresOf, present, quotients } from './ratios.ts'

test('figures are found by workload and contender', () => {
  const row: Row = {
    workload: 'w',
    contender: 'c',
    items: 1,
    rounds: 1,
    figures: { runMs: { median: 7, min: 1, max: 9 } },
    notes: [],
  }
  const runMs = figuresOf([row], 'runMs')
  expect([runMs('w', 'c'), runMs('w', 'other'), figuresOf([row], 'else')('w', 'c')]).toEqual([
    7,
    undefined,
    undefined,
  ])
})

test('quotients leave out what is unknown or divided by nothing', () => {
  expect(
    quotients([
      ['a', 6, 3],
      ['b', undefined, 3],
      ['c', 6, undefined],
      ['d', 6, 0],
    ]),
  ).toEqual({ a: 2 })
  expect(present({ a: 1, b: undefined })).toEqual({ a: 1 })
})
