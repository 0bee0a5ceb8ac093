// Goal: every run is checked, warm-up runs too, and figures of a contender's own pass through. No times are asserted.

import { expect, test } from 'vitest'
import { measure } from './measure.ts'

const window = { warmUpRuns: 2, warmUpMs: 1_000, measureMs: 0, leastRuns: 3 }

test('warms up, then measures at least as many runs as asked', async () => {
  let runs = 0
  const figures = await measure({ items: 10, run: () => ++runs, check: () => undefined }, window)
  expect(runs).toBe(5)
  expect(figures['runs']).toBe(3)
  expect(Object.keys(figures).sort()).toEqual([
    'cpuMs',
    'fastestRunMs',
    'itemsPerSecond',
    'runMs',
    'runs',
    'slowestRunMs',
  ])
})

test('a wrong answer ends the measurement, whichever run it comes from', async () => {
  for (const wrong of [1, 5]) {
    let runs = 0
    const timed = {
      items: 10,
      run: async () => ++runs,
      check: (answer: unknown) => (answer === wrong ? `got ${wrong}` : undefined),
    }
    await expect(measure(timed, window)).rejects.toThrow(`wrong answer: got ${wrong}`)
  }
})

test('a workload may bring figures of its own', async () => {
  expect(await measure({ measure: async () => ({ latencyMs: 4 }) }, window)).toEqual({ latencyMs: 4 })
})
