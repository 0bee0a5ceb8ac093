/**
 * Ten minutes at a time, the mean power of each turbine, over many files: one per wind park, each written in the order of
 * its readings. The files are read side by side and joined by time, so that no park runs ahead of the others however many
 * hosts take part: the watermark is the least of all files.
 *
 *     park1 --> ndjson --+
 *     park2 --> ndjson --+--> mergeByTime --> keyBy --> tumblingWindow by turbine (4 partitions) --> sort --> writeNdjson
 *     ...   --> ndjson --+
 *
 * Each file, each partition and the rest is a task of its own. The bytes are the same with any number of hosts, and
 * without any:
 *
 *     npx millrace run examples/13-turbine-windows.ts --param dir=readings --param out=means.ndjson \\
 *       --strategy distributed --hosts 3
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FlatMapTerm, graph, parallel } from 'millrace'
import {
  aggregates,
  countOf,
  keyBy,
  map,
  maxOf,
  meanOf,
  mergeByTime,
  ndjson,
  tumblingWindow,
  writeNdjson,
} from 'millrace/terms'
import { Random } from 'millrace/testing'

/** One measurement; `at` is when it was made, in ms. */
export interface Reading {
  readonly turbine: string
  readonly at: number
  readonly kilowatts: number
}

/** What is written of a turbine and ten minutes. */
export interface TenMinutes {
  readonly turbine: string
  readonly start: number
  readonly readings: number
  readonly mean: number
  readonly most: number
}

/** Length of a window. */
export const WINDOW_MS = 600_000

/** Writes files of readings: some turbines feed into two parks, and stand in the files of both. */
export function writeReadings(dir: string, parks: number, readings: number): void {
  mkdirSync(dir, { recursive: true })
  for (let park = 1; park <= parks; park++) {
    const random = new Random(park)
    let at = random.below(60_000)
    const lines = Array.from({ length: readings }, () => {
      at += 1 + random.below(20_000)
      const turbine = `t${park + random.below(2)}.${random.below(5)}`
      return JSON.stringify({ turbine, at, kilowatts: random.below(8000) / 4 })
    })
    writeFileSync(join(dir, `park${park}.ndjson`), `${lines.join('\n')}\n`)
  }
}

/** Holds all rows back until the last has come. */
class InOrder extends FlatMapTerm<TenMinutes, TenMinutes, TenMinutes[]> {
  override initialState() {
    return []
  }
  override f(row: TenMinutes, ctx: { state: TenMinutes[] }): TenMinutes[] {
    ctx.state.push(row)
    return []
  }
  override end(ctx: { state: TenMinutes[] }) {
    return ctx.state.sort((a, b) => a.start - b.start || (a.turbine < b.turbine ? -1 : 1))
  }
}

/** What can be set with `--param`. */
export interface Params {
  /** Folder with the files to read, `*.ndjson`. */
  readonly dir: string
  /** The file to write. */
  readonly out: string
}

export default graph(import.meta.url, ({ dir, out }: Params) => {
  const files = readdirSync(dir).filter((name) => name.endsWith('.ndjson'))
  const readings = files.sort().map((name) => ndjson<Reading>(join(dir, name)))
  const windows = () =>
    tumblingWindow({
      sizeMs: WINDOW_MS,
      time: (reading: Reading) => reading.at,
      key: (reading: Reading) => reading.turbine,
      aggregate: aggregates({
        readings: countOf(),
        mean: meanOf((reading: Reading) => reading.kilowatts),
        most: maxOf((reading: Reading) => reading.kilowatts),
      }),
    })
  return parallel(...readings).pipe(
    mergeByTime(({ at }: Reading) => at),
    keyBy((reading: Reading) => reading.turbine, windows, { partitions: 4 }),
    map(({ key, start, value }): TenMinutes => ({ turbine: key, start, ...value })),
    new InOrder(),
    writeNdjson(out),
  )
})
