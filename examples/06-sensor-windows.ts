/**
 * The mean temperature of each sensor, minute by minute, although readings come late and out of order. Windows follow
 * the time in the readings, not the time at which they arrive; those that come too late for their window leave through a
 * port of their own and are counted.
 *
 *     readings --> tumblingWindow -- windows --> toLine ------------------+--> merge --> print
 *                                \-- late -----> keyedAggregate --> toNote --/
 *
 * Run it with: npx millrace run examples/06-sensor-windows.ts
 */
import { graph, parallel, run, type Summary } from 'millrace'
import {
  aggregates,
  countOf,
  fromIterable,
  type Keyed,
  keyedAggregate,
  map,
  meanOf,
  merge,
  print,
  tumblingWindow,
} from 'millrace/terms'
import { Random } from 'millrace/testing'

/** One measurement; `at` is when it was made, in ms. */
export interface Reading {
  readonly sensor: string
  readonly at: number
  readonly celsius: number
}

const SENSORS = ['cellar', 'garden', 'roof']

/** Ten minutes of readings in the order in which they arrive: most within ten seconds, some a few minutes late. */
export function readings(seed: number): Reading[] {
  const random = new Random(seed)
  const sent: { readonly reading: Reading; readonly arrives: number }[] = []
  for (let at = 0; at < 600_000; at += 2_000) {
    const sensor = random.pick(SENSORS)
    const celsius = 10 * SENSORS.indexOf(sensor) + random.below(50) / 10
    const delay = random.below(40) === 0 ? random.below(180_000) : random.below(10_000)
    sent.push({ reading: { sensor, at, celsius }, arrives: at + delay })
  }
  return sent.sort((a, b) => a.arrives - b.arrives).map(({ reading }) => reading)
}

/** The watermark stays this far behind the latest reading. */
export const OUT_OF_ORDER_MS = 10_000
/** Length of a window. */
export const MINUTE_MS = 60_000

interface MinuteMean {
  readonly key: string
  readonly start: number
  readonly value: { readonly readings: number; readonly mean: number }
}

function toLine({ key, start, value: { readings: count, mean } }: MinuteMean): string {
  return `minute ${start / MINUTE_MS}  ${key.padEnd(7)}${String(count).padStart(3)}${mean.toFixed(2).padStart(7)}`
}

function toNote({ key, value }: Keyed<string, number>): string {
  return `too late: ${value} of ${key}`
}

const sensorWindows = graph(import.meta.url, ({ seed = 6 }: { seed?: number }) => {
  const windowed = fromIterable(readings(seed)).pipe(
    tumblingWindow({
      sizeMs: MINUTE_MS,
      time: (reading) => reading.at,
      outOfOrderMs: OUT_OF_ORDER_MS,
      late: 'port',
      key: (reading) => reading.sensor,
      aggregate: aggregates({ readings: countOf(), mean: meanOf((reading) => reading.celsius) }),
    }),
  )
  return parallel(
    windowed.port('windows').pipe(map(toLine)),
    windowed.port('late').pipe(
      keyedAggregate((reading) => reading.sensor, countOf()),
      map(toNote),
    ),
  ).pipe(merge(), print())
})
export default sensorWindows

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(sensorWindows({})).done
}

// Prints, minute by minute (the two branches may come in another order):
//
//     too late: 2 of garden
//     too late: 2 of roof
//     minute 0  garden   9  12.70
//     minute 0  roof    11  22.39
//     minute 0  cellar   9   2.22
//     minute 1  cellar   8   2.02
//     minute 1  roof    13  22.54
//     minute 1  garden   9  12.94
//     …
