// Windows know their keys and values; late items leave through a port of their own.
import type { OutputOf, Ports, Term } from 'millrace'
import {
  fromIterable,
  type KeyedWindow,
  maxOf,
  meanOf,
  slidingWindow,
  tumblingWindow,
  type Window,
} from 'millrace/terms'
import { same } from '../same.ts'

interface Reading {
  readonly sensor: number
  readonly at: number
  readonly celsius: number
}
const readings: Term<never, Reading> = fromIterable([{ sensor: 1, at: 0, celsius: 20 }])

const means = readings.pipe(
  tumblingWindow({
    sizeMs: 60_000,
    time: (reading) => reading.at,
    key: (reading) => reading.sensor,
    aggregate: meanOf((reading) => reading.celsius),
  }),
)
same<OutputOf<typeof means>, KeyedWindow<number, number>>()

const peaks = readings.pipe(
  slidingWindow({
    sizeMs: 60_000,
    slideMs: 10_000,
    time: (reading) => reading.at,
    late: 'port',
    aggregate: maxOf((reading) => reading.celsius),
  }),
)
same<OutputOf<typeof peaks>, Ports<{ windows: Window<number>; late: Reading }>>()
same<OutputOf<ReturnType<typeof late>>, Reading>()
function late() {
  return peaks.port('late')
}
