/**
 * The mean temperature of each sensor, second by second, from a source that never ends.
 *
 *     readings --> tumblingWindow by sensor --> toLine --> print
 */
import { setTimeout } from 'node:timers/promises'
import { graph } from 'millrace'
import {
  aggregates,
  countOf,
  fromAsyncIterable,
  map,
  meanOf,
  print,
  take,
  tumblingWindow,
} from 'millrace/terms'

/** One measurement; `at` is when it was made, in ms. */
export interface Reading {
  readonly sensor: string
  readonly at: number
  readonly celsius: number
}

/** What is known of a sensor and a second. */
export interface Second {
  readonly key: string
  readonly start: number
  readonly value: { readonly readings: number; readonly mean: number }
}

const SENSORS = ['cellar', 'garden', 'roof']

/** Stands in for a real source: a socket, a queue, an address that is polled. It is read only while there is room. */
export async function* readings(everyMs: number): AsyncGenerator<Reading> {
  for (let i = 0; ; i++) {
    await setTimeout(everyMs)
    const sensor = SENSORS[i % SENSORS.length] ?? 'roof'
    yield { sensor, at: Date.now(), celsius: 15 + 5 * Math.sin(i / 50) + (i % 7) / 10 }
  }
}

/** Windows follow the time in the readings, so that they come out the same when the readings are replayed. */
export function perSecond() {
  return tumblingWindow({
    sizeMs: 1000,
    time: (reading: Reading) => reading.at,
    key: (reading: Reading) => reading.sensor,
    aggregate: aggregates({
      readings: countOf<Reading>(),
      mean: meanOf((reading: Reading) => reading.celsius),
    }),
  })
}

/** One line of output. */
export function toLine({ key, start, value }: Second): string {
  const time = new Date(start).toISOString().slice(11, 19)
  const readings = value.readings === 1 ? 'reading' : 'readings'
  return `${time}  ${key.padEnd(6)}  ${value.mean.toFixed(2)} °C  (${value.readings} ${readings})`
}

/** `--param count=100` ends it after 100 readings. */
const params = { everyMs: 20, count: Number.MAX_SAFE_INTEGER }

export default graph(import.meta.url, { params }, ({ everyMs, count }) =>
  fromAsyncIterable(() => readings(everyMs))
    .named('readings')
    .pipe(take(count), perSecond(), map(toLine).named('toLine'), print()),
)
