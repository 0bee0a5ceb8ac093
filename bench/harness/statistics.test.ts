// Goal: medians, spreads, ratios and targets come out of plain figures as a reader would work them out by hand.

import { expect, test } from 'vitest'
import type { Row } from './contracts.ts'
import { judge, median, ratioName, ratiosOf, spread, spreads } from './statistics.ts'

test('the median of an odd count is the middle value, of an even count the mean of the two', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(() => median([])).toThrow(RangeError)
})

test('a spread keeps the least and the greatest round', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
})

test('a figure that some rounds lack is spread over the others', () => {
  expect(spreads([{ a: 1 }, { a: 3, b: 5 }])).toEqual({
    a: { median: 2, min: 1, max: 3 },
    b: { median: 5, min: 5, max: 5 },
  })
})

test('ratios name contenders in one word', () => {
  expect(['most', 'node-streams', 'async-generators'].map(ratioName)).toEqual([
    'Most',
    'NodeStreams',
    'AsyncGenerators',
  ])
})

const contenders = [
  { name: 'ours', backpressure: true },
  { name: 'push', backpressure: false },
  { name: 'slow-pull', backpressure: true },
  { name: 'pull', backpressure: true },
]

test('a ratio above 1 is a win of the subject, whichever way the figure counts', () => {
  const rows = [row('ours', 100), row('push', 200), row('slow-pull', 10), row('pull', 50)]
  const higher = {
    subject: 'ours',
    figure: { name: 'figure', label: '', better: 'higher' },
    contenders,
  } as const
  expect(ratiosOf(higher, rows)).toEqual({
    'sum.vsPush': 0.5,
    'sum.vsSlowPull': 10,
    'sum.vsPull': 2,
    'sum.vsBestWithBackpressure': 2,
  })
  const lower = { ...higher, figure: { ...higher.figure, better: 'lower' } } as const
  expect(ratiosOf(lower, rows)).toEqual({
    'sum.vsPush': 2,
    'sum.vsSlowPull': 0.1,
    'sum.vsPull': 0.5,
    'sum.vsBestWithBackpressure': 0.1,
  })
})

test('without figures there is no ratio, and its target is not met', () => {
  const suite = {
    subject: 'ours',
    figure: { name: 'figure', label: '', better: 'higher' },
    contenders,
  } as const
  const ratios = ratiosOf(suite, [row('ours', 100), { ...row('push', 1), figures: {} }])
  expect(ratios).toEqual({})
  expect(judge([{ ratio: 'sum.vsPush', atLeast: 1 }], ratios)).toEqual([
    { ratio: 'sum.vsPush', atLeast: 1, seen: null, met: false },
  ])
})

test('a target is met from its own value up', () => {
  const targets = [
    { ratio: 'a', atLeast: 2 },
    { ratio: 'b', atLeast: 2 },
  ]
  expect(judge(targets, { a: 2, b: 1.99 }).map(({ met }) => met)).toEqual([true, false])
})

function row(contender: string, figure: number): Row {
  const figures = { figure: { median: figure, min: figure, max: figure } }
  return { workload: 'sum', contender, items: 1, rounds: 1, figures, notes: [] }
}
