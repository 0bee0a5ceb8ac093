/**
 * The graph whose hosts are killed, cut off, stopped and exchanged. Two sources give numbers at a steady pace:
 *
 *   a --+--> merge -> keyBy -> count and sum by key (3 partitions) -> writeNdjson(out)
 *   b --+--> merge -> spread -> mark (2 copies) -> keyBy -> sum by key (2 partitions) -> sort -> writeNdjson(out.sums)
 *
 * The first file has the rows of each key in their order, the second one the same bytes whatever happens.
 *
 * Run: npx millrace run bench/cluster/graph.ts --strategy distributed --param out=rows.ndjson
 */

import { BatchSourceTerm, graph, parallel } from 'millrace'
import { keyBy, keyedReduce, keyedScan, map, merge, reduce, spread, writeNdjson } from 'millrace/terms'
import { type Item, keyOf, markOf, type Row, rowAfter } from './rows.ts'

/** What can be set with `--param`. */
export interface Params {
  /** The file to write; a second one has `.sums` behind its name. */
  readonly out: string
  /** Numbers of each source. Default 1000. */
  readonly items?: string | number
  /** Numbers a second of each source; 0 for as many as there is room for. Default 0. */
  readonly rate?: string | number
}

const TICK_MS = 20
const BATCH = 256

/** Gives numbers at a limited rate, in items per second. */
class Numbers extends BatchSourceTerm<Item> {
  readonly #source: string
  readonly #items: number
  readonly #rate: number

  constructor(source: string, items: number, rate: number) {
    super()
    this.name = source
    this.#source = source
    this.#items = items
    this.#rate = rate
  }

  override batches() {
    return this.#from(0)
  }

  override position(batch: readonly Item[]): number {
    return (batch.at(-1)?.n ?? -1) + 1
  }

  override seek(position: unknown) {
    return this.#from(position as number)
  }

  async *#from(first: number): AsyncGenerator<readonly Item[], void, undefined> {
    const most = this.#rate === 0 ? BATCH : Math.max(1, Math.round((this.#rate * TICK_MS) / 1000))
    for (let n = first; n < this.#items; n += most) {
      const count = Math.min(most, this.#items - n)
      yield Array.from({ length: count }, (_, at) => ({ source: this.#source, n: n + at }))
      if (this.#rate > 0) await new Promise((resolve) => void setTimeout(resolve, TICK_MS))
    }
  }
}

export default graph(import.meta.url, ({ out, items = 1000, rate = 0 }: Params) => {
  const source = (name: string) => new Numbers(name, Number(items), Number(rate))
  const both = parallel({ a: source('a'), b: source('b') }).pipe(merge())
  const rows = keyBy(
    keyOf,
    () => keyedScan(keyOf, rowAfter, { source: '', n: -1, count: 0, sum: 0 } satisfies Row),
    { partitions: 3 },
  )
  const sums = keyBy(
    keyOf,
    () => keyedReduce(keyOf, (sum: number, { n }: Item) => (sum + markOf(n)) % 1_000_003, 0),
    { partitions: 2 },
  )
  return parallel(
    both.pipe(
      rows,
      map(({ value }) => value),
      writeNdjson(out),
    ),
    both.pipe(
      spread(() => map((item: Item) => item).named('mark'), { copies: 2 }),
      sums,
      reduce((all: [string, number][], { key, value }) => [...all, [key, value] as [string, number]], []),
      map((all) => all.toSorted(([a], [b]) => (a < b ? -1 : 1))),
      writeNdjson(`${out}.sums`),
    ),
  )
})
