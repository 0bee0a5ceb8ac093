/** Goal: the tails are those of scipy 1.17, whose values are recorded here, to 1e-12 of themselves. */

import { expect, test } from 'vitest'
import { chiSquareTail, studentTwoSided } from './tails.ts'

/** `2 * scipy.stats.t.sf(t, df)`. */
const STUDENT: readonly (readonly [t: number, df: number, p: number])[] = [
  [0.5, 1, 0.7048327646991335],
  [2, 1, 0.2951672353008665],
  [2.228138851964939, 10, 0.05000000000180864],
  [4.0, 3, 0.028008456010146152],
  [12.5, 2, 0.006339208103544684],
  [1.96, 1000, 0.050273184955748736],
  [3.5, 59, 0.0008924666345841933],
  [0.001, 7, 0.9992300172449988],
  [40, 25, 3.469980277759158e-24],
  [1.3, 100000, 0.19360396554318013],
]

/** `scipy.stats.chi2.sf(x, df)`. */
const CHI_SQUARE: readonly (readonly [x: number, df: number, p: number])[] = [
  [0.001, 1, 0.9747728793699604],
  [3.841458820694124, 1, 0.04999999999999989],
  [5.991464547107979, 2, 0.05000000000000007],
  [1.5, 3, 0.6822703303362125],
  [20, 3, 0.00016974243555282632],
  [30, 30, 0.4656537089440098],
  [55.5, 40, 0.05244217949039149],
  [1, 10, 0.9998278843700441],
  [100, 7, 1.0787979671702833e-18],
  [900, 1000, 0.9892827619087102],
]

test.each(STUDENT)('Student: t = %f, df = %i', (t, df, p) => {
  expect(Math.abs(studentTwoSided(t, df) / p - 1)).toBeLessThan(1e-11)
  expect(studentTwoSided(-t, df)).toBe(studentTwoSided(t, df))
})

test.each(CHI_SQUARE)('chi-square: x = %f, df = %i', (x, df, p) => {
  expect(Math.abs(chiSquareTail(x, df) / p - 1)).toBeLessThan(1e-12)
})

test('closed forms: df 1 and 2 of Student, df 2 of chi-square', () => {
  for (const t of [0, 1e-9, 0.01, 0.7, 1, 3, 50, 1e6, 1e200]) {
    expect(studentTwoSided(t, 1)).toBeCloseTo((2 / Math.PI) * Math.atan2(1, t), 13)
    expect(studentTwoSided(t, 2)).toBeCloseTo(1 - t / Math.hypot(t, Math.SQRT2), 13)
  }
  for (const x of [0, 0.1, 2, 20, 700]) {
    expect(Math.abs(chiSquareTail(x, 2) / Math.exp(-x / 2) - 1)).toBeLessThan(1e-12)
  }
})

test('the ends of the line', () => {
  expect([studentTwoSided(0, 5), studentTwoSided(Number.POSITIVE_INFINITY, 5)]).toEqual([1, 0])
  expect([chiSquareTail(0, 5), chiSquareTail(-1, 5), chiSquareTail(Number.POSITIVE_INFINITY, 5)]).toEqual([
    1, 1, 0,
  ])
  expect([studentTwoSided(Number.NaN, 5), chiSquareTail(Number.NaN, 5), studentTwoSided(1, 0)]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ])
})
