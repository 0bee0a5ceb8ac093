/** Axes of a drawing: where a value stands, and at which values there are lines. Pure. */

/** An axis: from which value to which, and where these two stand. */
export interface Scale {
  readonly from: number
  readonly to: number
  readonly begin: number
  readonly end: number
  readonly isLog: boolean
  /** Round values within it. */
  readonly ticks: readonly number[]
}

/** If the greatest value is more than this many times the least, the axis is logarithmic. */
const LOG_FROM = 30
const TICKS = 5
/** A range that is smaller than this share of its values is widened: steps within it could not be told apart. */
const LEAST_SHARE = 1e-9

/**
 * The axis on which all of `values` have their place between `begin` and `end`, in pixels. A linear one begins at 0 unless
 * values are below; its ends are round. Values that are not finite are left out.
 */
export function axis(values: readonly number[], begin: number, end: number): Scale {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return { from: 0, to: 1, begin, end, isLog: false, ticks: [0, 1] }
  const [least, most] = [Math.min(...finite), Math.max(...finite)]
  if (least > 0 && most / least > LOG_FROM) return logarithmic(least, most, begin, end)
  const low = Math.min(0, least)
  const high = Math.max(0, most) || (low === 0 ? 1 : 0)
  const step = stepOf(Math.max((high - low) / TICKS, Math.max(-low, high) * LEAST_SHARE))
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  const ticks = Array.from({ length: last - first + 1 }, (_, n) => round((first + n) * step))
  return { from: first * step, to: last * step, begin, end, isLog: false, ticks }
}

/** Where a value stands. */
export function position({ from, to, begin, end, isLog }: Scale, value: number): number {
  const of = isLog ? Math.log : (n: number): number => n
  return begin + ((of(value) - of(from)) / (of(to) - of(from))) * (end - begin)
}

function logarithmic(least: number, most: number, begin: number, end: number): Scale {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const every = Math.max(1, Math.ceil((last - first) / TICKS))
  const ticks: number[] = []
  for (let n = first; n <= last; n += every) ticks.push(round(10 ** n))
  return { from: 10 ** first, to: 10 ** last, begin, end, isLog: true, ticks }
}

/** The next of 1, 2, 5, 10, 20, … */
function stepOf(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least))
  return decade * ([1, 2, 5].find((n) => n * decade >= least * (1 - 1e-9)) ?? 10)
}

/** Without the last digits that multiplying by a fraction leaves behind. */
function round(value: number): number {
  return Number(value.toPrecision(12))
}
