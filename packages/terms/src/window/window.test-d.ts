/** Goal: item types flow into the options of windows, and keys, values and ports out of them. */

import type { OutputOf, Ports, Term } from '@millrace/core'
import { expectTypeOf } from 'vitest'
import {
  aggregate,
  aggregates,
  countOf,
  countWindow,
  fromIterable,
  type KeyedWindow,
  map,
  maxOf,
  meanOf,
  sessionise,
  sessionWindow,
  slidingWindow,
  sumOf,
  toArray,
  tumblingWindow,
  type Window,
} from '../index.ts'

interface Reading {
  readonly sensor: string
  readonly at: number
  readonly value: number
}
declare const readings: Term<never, Reading>

const means = readings.pipe(
  tumblingWindow({
    sizeMs: 10,
    time: (r) => r.at,
    key: (r) => r.sensor,
    aggregate: meanOf((r) => r.value),
  }),
)
expectTypeOf<OutputOf<typeof means>>().toEqualTypeOf<KeyedWindow<string, number>>()

const collected = readings.pipe(
  slidingWindow({ sizeMs: 10, slideMs: 5, time: (r) => r.at }),
  map(({ value }) => value.length),
)
expectTypeOf<OutputOf<typeof collected>>().toEqualTypeOf<number>()

const counts = readings.pipe(tumblingWindow({ sizeMs: 10, time: (r) => r.at, aggregate: countOf() }))
expectTypeOf<OutputOf<typeof counts>>().toEqualTypeOf<Window<number>>()

const late = readings.pipe(
  sessionWindow({ gapMs: 10, time: (r) => r.at, late: 'port', aggregate: sumOf((r) => r.value) }),
)
expectTypeOf<OutputOf<typeof late>>().toEqualTypeOf<Ports<{ windows: Window<number>; late: Reading }>>()
expectTypeOf(late.port('late')).toEqualTypeOf<Term<never, Reading>>()

const several = readings.pipe(
  countWindow({
    size: 3,
    key: (r) => r.sensor,
    aggregate: aggregates({ n: countOf(), top: maxOf((r) => r.value) }),
  }),
)
expectTypeOf(await toArray(several)).toEqualTypeOf<KeyedWindow<string, { n: number; top: number }>[]>()

const visits = readings.pipe(sessionise({ key: (r) => r.sensor, time: (r) => r.at, gapMs: 5 }))
expectTypeOf(visits.pipe(map(({ key, value }) => [key, value.items] as const))).toEqualTypeOf<
  Term<never, readonly [string, readonly Reading[]]>
>()

expectTypeOf(fromIterable(['a']).pipe(aggregate(sumOf((word) => word.length)))).toEqualTypeOf<
  Term<never, number>
>()

// outside of a pipe, one annotation is enough
const moving = countWindow({ size: 3, slide: 1, aggregate: meanOf((n: number) => n) })
expectTypeOf(fromIterable([1]).pipe(moving)).toEqualTypeOf<Term<never, Window<number>>>()

const both = aggregates({
  n: countOf(),
  top: maxOf((r: { value: number }) => r.value),
  at: maxOf((r: { at: number }) => r.at),
})
expectTypeOf(readings.pipe(aggregate(both))).toEqualTypeOf<
  Term<never, { n: number; top: number; at: number }>
>()

// @ts-expect-error: readings have no such field
readings.pipe(tumblingWindow({ sizeMs: 10, time: (r) => r.date }))
// @ts-expect-error: an object is no key
readings.pipe(tumblingWindow({ sizeMs: 10, time: (r) => r.at, key: (r) => [r.sensor] }))
