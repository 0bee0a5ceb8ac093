// Goal: times are counted in the right class, and quantiles are of all of them, or of those since an earlier look.

import { expect, test } from 'vitest'
import { DURATION_CLASSES, Histogram, quantileMs } from './histogram.ts'

const of = (...times: number[]): Histogram => {
  const histogram = new Histogram()
  for (const ms of times) histogram.add(ms)
  return histogram
}

test('a time is counted in the class whose bound it does not exceed', () => {
  for (let at = 0; at < DURATION_CLASSES - 1; at++) {
    const ms = 2 ** at / 1000
    const classOf = (each: number): number => of(each).figures.classes.length - 1
    expect([at, classOf(ms), classOf(ms * 1.001)]).toEqual([at, at, at + 1])
  }
  expect(of(0, -1, 1e9).figures.classes).toEqual([2, ...new Array(DURATION_CLASSES - 2).fill(0), 1])
})

test('figures are copies, without the empty classes at the end', () => {
  const histogram = of(0.003, 0.003)
  const { figures } = histogram
  histogram.add(0.001)
  expect(figures).toEqual({ count: 2, sumMs: 0.006, classes: [0, 0, 2] })
  expect(of().figures).toEqual({ count: 0, sumMs: 0, classes: [] })
})

test('merged, they count both', () => {
  const both = of(0.5, 5)
  both.merge(of(0.25, 5, 700).figures)
  expect(both.figures).toEqual(of(0.5, 5, 0.25, 5, 700).figures)
})

test('a quantile lies in the class of the time that it stands for', () => {
  const times = Array.from({ length: 1000 }, (_, n) => (n + 1) / 10)
  const { figures } = of(...times)
  for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
    const exact = share * 100
    const told = quantileMs(figures, share) as number
    expect([share, told >= exact / 2, told <= exact * 2]).toEqual([share, true, true])
  }
  expect(quantileMs(of().figures, 0.5)).toBeUndefined()
})

test('since an earlier reading only what came after it counts', () => {
  const histogram = of(...new Array<number>(1000).fill(0.001))
  const before = histogram.figures
  expect(quantileMs(histogram.figures, 0.5, before)).toBeUndefined()
  histogram.add(64)
  histogram.add(64)
  expect(quantileMs(histogram.figures, 0.5)).toBeLessThan(0.002)
  expect(quantileMs(histogram.figures, 0.5, before)).toBeGreaterThan(32)
})
