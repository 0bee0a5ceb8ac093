/** Goal: every value has its place, axes are round, and what others have named stays text. */

import fc, { check, double, property } from 'fast-check'
import { expect, test } from 'vitest'
import { axis, position } from './axis.ts'
import { type CurveSheet, curvesSvg } from './curves-svg.ts'

const sheet = (over: Partial<CurveSheet> = {}): CurveSheet => ({
  ...{ title: 'Sums', over: 'terms', at: ['1', '200', '10000'] },
  panels: [
    {
      title: 'outputs a second',
      curves: [
        {
          name: 'pool',
          points: [
            { at: 0, y: 1000 },
            { at: 2, y: 4000, low: 3500, high: 4100 },
          ],
        },
        { name: 'elsewhere', points: [{ at: 1, y: 24_000 }], isRecorded: true },
      ],
    },
  ],
  ...over,
})

test('all values lie between the ends of their axis, and so do its ticks', () => {
  // figures of runs: no smaller than a millionth, if they are not 0
  const figure = double({ min: -1e12, max: 1e12, noNaN: true }).map((n) => (Math.abs(n) < 1e-6 ? 0 : n))
  const values = fc.array(figure, { minLength: 1 })
  const within = property(values, (all) => {
    const scale = axis(all, 200, 20)
    const places = [...all, ...scale.ticks].map((value) => position(scale, value))
    return places.every((place) => place > 20 - 1e-6 && place < 200 + 1e-6)
  })
  const examples: [number[]][] = [[[-5]], [[-1e12]], [[-1e-6]], [[1e12, -1e-6]], [[0]], [[1e-6, 1e12]]]
  expect(check(within, { examples }).counterexample).toBeNull()
})

test.each([
  [[3, 7], false, [0, 2, 4, 6, 8]],
  [[0.2, 0.9], false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [[-4, 5], false, [-4, -2, 0, 2, 4, 6]],
  [[1, 200, 10_000], true, [1, 10, 100, 1000, 10_000]],
  [[0, 10_000], false, [0, 2000, 4000, 6000, 8000, 10_000]],
  [[5], false, [0, 1, 2, 3, 4, 5]],
  [[0, 0], false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
])('an axis over %j', (values, isLog, ticks) => {
  expect(axis(values, 0, 100)).toMatchObject({ isLog, ticks })
})

test('an axis over nothing at all', () => {
  expect(axis([Number.NaN], 0, 100).ticks).toEqual([0, 1])
})

test('each point tells its figures; what comes from elsewhere is dashed', () => {
  const svg = curvesSvg(sheet())
  const tooltips = [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, text]) => text)
  expect(tooltips).toEqual([
    'pool, terms 1: 1.0 k',
    'pool, terms 10000: 4.0 k (3.5 k to 4.1 k)',
    'elsewhere, terms 200: 24.0 k',
  ])
  expect(svg.match(/class="curve recorded"/g)).toHaveLength(2)
})

test('values that are no numbers stand side by side', () => {
  const svg = curvesSvg(sheet({ at: ['gzip', 'zstd', 'none'] }))
  const places = ['gzip', 'zstd', 'none'].map((value) =>
    Number(new RegExp(`x="([\\d.]+)"[^>]*>${value}<`).exec(svg)?.[1]),
  )
  expect(places[1]).toBeCloseTo(((places[0] as number) + (places[2] as number)) / 2, 0)
})

test('hostile names stay text', () => {
  const hostile = '</text><script>alert(1)</script>&"\u0000'
  const svg = curvesSvg(
    sheet({
      ...{ title: hostile, over: hostile, at: [hostile] },
      panels: [{ title: hostile, curves: [{ name: hostile, points: [{ at: 0, y: 1 }] }] }],
    }),
  )
  expect(['<script', '\u0000', '&"'].filter((text) => svg.includes(text))).toEqual([])
  expect(svg).toContain('&#60;script&#62;')
})
