/** `pictureOf`: the points of a plot as they are shown while the run goes on. Pure; called by `plot`. Internal. */

import type { TermPicture } from '@millrace/core'

/** Points shown at most: a screen has no room for more. */
const MAX_SHOWN = 400

/** What is drawn, and how. */
interface Axes {
  readonly title: string
  readonly mark: TermPicture['mark']
  /** Names of the lines. */
  readonly y: readonly string[]
}

/** Points are `[at, x, ...ys]`; of many, every so many-th is shown. */
export function pictureOf({ title, mark, y }: Axes, points: readonly (readonly unknown[])[]): TermPicture {
  const stride = Math.ceil(points.length / MAX_SHOWN)
  const some = stride > 1 ? points.filter((_, at) => at % stride === 0) : points
  const sample = some.find((point) => point[1] !== undefined && point[1] !== null)?.[1]
  const xKind = sample instanceof Date ? 'time' : typeof sample === 'string' ? 'text' : 'number'
  const labels = xKind === 'text' ? [...new Set(some.map((point) => String(point[1])))] : undefined
  const placeOf = (value: unknown): number =>
    labels === undefined ? Number(value) : labels.indexOf(String(value))
  const drawn = some
    .map((point) => ({ x: placeOf(point[1]), ys: point.slice(2) }))
    .filter(({ x }) => Number.isFinite(x))
    .sort((a, b) => a.x - b.x)
  return {
    title,
    mark,
    xKind,
    ...(labels === undefined ? {} : { labels }),
    x: drawn.map(({ x }) => x),
    lines: y.map((name, line) => ({ name, y: drawn.map(({ ys }) => numberOf(ys[line])) })),
  }
}

function numberOf(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}
