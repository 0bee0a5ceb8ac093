/**
 * Graphs whose speed over hosts is measured.
 *
 *   shuffle:  records of 100 bytes -> keyBy -> count by key (4 partitions) -> sum of the counts
 *   windows:  records of 100 bytes -> keyBy -> sums per key and second of event time (16 partitions) -> count
 *   stages:   numbers -> spread(a function that takes 1 ms, 16 copies) -> count
 *   recovery: two paced sources -> keyBy -> the time by key (8 partitions) -> the longest silence of each key, as it ends
 */

import { appendFileSync } from 'node:fs'
import { BatchSourceTerm, graph, SinkTerm } from 'millrace'
import { countOf, keyBy, keyedReduce, keyedScan, map, reduce, spread, tumblingWindow } from 'millrace/terms'

export interface Params {
  readonly what: 'shuffle' | 'windows' | 'stages' | 'recovery'
  readonly items: string | number
  /** For `recovery`: file to which silences are written. */
  readonly out?: string
}

const BATCH = 1024
const KEYS = 64
const WINDOW_KEYS = 1000
const TICK_MS = 10
/** A key that was silent for longer is written down. */
const SILENCE_MS = 300

interface Reading {
  readonly key: number
  readonly at: number
  readonly text: string
}

interface RecordOf100Bytes {
  readonly key: number
  readonly text: string
}

/** Numbers up to a count; with a pace, ten batches of one per key and second. */
class Numbers extends BatchSourceTerm<number> {
  readonly #items: number
  readonly #isPaced: boolean

  constructor(items: number, isPaced = false) {
    super()
    this.name = 'numbers'
    this.#items = items
    this.#isPaced = isPaced
  }

  override batches() {
    return this.#from(0)
  }

  override position(batch: readonly number[]): number {
    return (batch.at(-1) ?? -1) + 1
  }

  override seek(position: unknown) {
    return this.#from(position as number)
  }

  async *#from(first: number): AsyncGenerator<readonly number[], void, undefined> {
    const most = this.#isPaced ? KEYS / 8 : BATCH
    for (let n = first; n < this.#items; n += most) {
      yield Array.from({ length: Math.min(most, this.#items - n) }, (_, at) => n + at)
      if (this.#isPaced) await new Promise((resolve) => void setTimeout(resolve, TICK_MS))
    }
  }
}

/** Writes down when a key is heard of again after a silence. */
class Silences extends SinkTerm<number, undefined, undefined> {
  override name = 'silences'
  readonly #out: string
  readonly #heard = new Map<number, number>()

  constructor(out: string) {
    super()
    this.#out = out
  }

  override write(key: number): void {
    const now = Date.now()
    const before = this.#heard.get(key)
    this.#heard.set(key, now)
    if (before !== undefined && now - before > SILENCE_MS)
      appendFileSync(this.#out, `${JSON.stringify({ key, from: before, to: now })}\n`)
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4))

const graphs: Readonly<Record<Params['what'], (items: number, out: string) => unknown>> = {
  shuffle: (items) => {
    const text = 'x'.repeat(80)
    return new Numbers(items).pipe(
      map((n: number): RecordOf100Bytes => ({ key: n % KEYS, text })),
      keyBy(
        ({ key }: RecordOf100Bytes) => key,
        () =>
          keyedReduce(
            ({ key }: RecordOf100Bytes) => key,
            (count: number) => count + 1,
            0,
          ),
        { partitions: 4 },
      ),
      reduce((sum: number, { value }: { readonly value: number }) => sum + value, 0),
    )
  },
  windows: (items) => {
    const text = 'x'.repeat(80)
    const key = ({ key }: Reading): number => key
    return new Numbers(items).pipe(
      map((n: number): Reading => ({ key: (n * 7919) % WINDOW_KEYS, at: n, text })),
      keyBy(
        key,
        () => tumblingWindow({ sizeMs: 10_000, time: ({ at }: Reading) => at, key, aggregate: countOf() }),
        {
          partitions: 16,
        },
      ),
      reduce((sum: number, { value }: { readonly value: number }) => sum + value, 0),
    )
  },
  stages: (items) =>
    new Numbers(items).pipe(
      spread(
        () =>
          map((n: number) => {
            // the thread waits: a host does one item at a time, and uses no processor
            Atomics.wait(cell, 0, 0, 1)
            return n
          }),
        { copies: 16 },
      ),
      reduce((count: number) => count + 1, 0),
    ),
  recovery: (items, out) =>
    new Numbers(items, true).pipe(
      keyBy(
        (n: number) => n % KEYS,
        () =>
          keyedScan(
            (n: number) => n % KEYS,
            (count: number) => count + 1,
            0,
          ),
        { partitions: 8 },
      ),
      map(({ key }) => key),
      new Silences(out),
    ),
}

export default graph(
  import.meta.url,
  ({ what, items, out = '' }: Params) => graphs[what](Number(items), out) as never,
)
