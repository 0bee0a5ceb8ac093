// Pages of 335 small records, 20 KB as JSON, and five light stages that each make a new page of the last.
// Pure; every contender runs the same stages over the same pages.

export interface Entry {
  readonly key: string
  readonly value: number
}

export type Page = readonly Entry[]

const entries = 335

const mapped = (page: Page, f: (value: number) => number): Page =>
  page.map(({ key, value }) => ({ key, value: f(value) }))

export const stages: readonly ((page: Page) => Page)[] = [
  function amplify(page) {
    return mapped(page, (value) => value * 4)
  },
  function shift(page) {
    return mapped(page, (value) => value - 1_000)
  },
  function rectify(page) {
    return mapped(page, Math.abs)
  },
  function clip(page) {
    return mapped(page, (value) => Math.min(value, 2_000))
  },
  function halve(page) {
    return mapped(page, (value) => value / 2)
  },
]

/** What the sink does with a page. */
export function total(page: Page): number {
  let sum = 0
  for (const { value } of page) sum += value
  return sum
}

const kept = new Map<number, readonly Page[]>()

/** The pages of a workload: the same each time, so that making them is in no measurement. */
export function pagesOf(count: number): readonly Page[] {
  const pages = kept.get(count) ?? Array.from({ length: count }, (_, n) => pageOf(n))
  kept.set(count, pages)
  return pages
}

function pageOf(n: number): Page {
  return Array.from({ length: entries }, (_, at) => ({
    key: `page ${n}, entry ${at}, as it was measured`,
    value: valueAt(n, at),
  }))
}

/** What all pages add up to once they have been through all stages; it shares no code with them. */
export function totalOfAll(count: number): number {
  let sum = 0
  for (let n = 0; n < count; n++) {
    for (let at = 0; at < entries; at++) sum += Math.min(Math.abs(4 * valueAt(n, at) - 1_000), 2_000) / 2
  }
  return sum
}

function valueAt(n: number, at: number): number {
  return (n * 7 + at * 13) % 1_000
}
