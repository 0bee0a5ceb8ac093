/** Goal: item types flow through the terms of this folder. Checked by the compiler, never run. */

import { parallel } from '@millrace/core'
import { expectTypeOf } from 'vitest'
import {
  buffer,
  combineLatest,
  concat,
  defaultIfEmpty,
  distinctUntilChanged,
  endWith,
  expand,
  first,
  fromIterable,
  map,
  pairwise,
  partition,
  race,
  skipWhile,
  switchMap,
  takeWhile,
  toArray,
  unbatch,
  withLatestFrom,
} from '../index.ts'

const chain = fromIterable(['a', 'bc']).pipe(
  skipWhile((text) => text.length > 3),
  takeWhile((text) => text.length < 9),
  distinctUntilChanged((text) => text.length),
  buffer({ maxItems: 3, bytesOf: (text: string) => text.length }),
  unbatch(),
  first((text) => text !== ''),
  pairwise(),
  map(([before, now]) => before.length + now.length),
)
expectTypeOf(await toArray(chain)).toEqualTypeOf<number[]>()

const ends = fromIterable([1]).pipe(endWith('end'), defaultIfEmpty(null))
expectTypeOf(await toArray(ends)).toEqualTypeOf<(number | string | null)[]>()

const both = () => parallel({ n: fromIterable([1]), t: fromIterable(['a']) })
expectTypeOf(await toArray(both().pipe(combineLatest()))).toEqualTypeOf<{ n: number; t: string }[]>()
expectTypeOf(await toArray(both().pipe(withLatestFrom('n')))).toEqualTypeOf<{ n: number; t: string }[]>()
expectTypeOf(await toArray(both().pipe(concat()))).toEqualTypeOf<(number | string)[]>()
expectTypeOf(await toArray(both().pipe(race()))).toEqualTypeOf<(number | string)[]>()
// @ts-expect-error: there is no such port
both().pipe(withLatestFrom('x'))

const parts = fromIterable([1, 'a']).pipe(partition((item): item is string => typeof item === 'string'))
expectTypeOf(await toArray(parts.port('matched'))).toEqualTypeOf<string[]>()
expectTypeOf(await toArray(parts.port('others'))).toEqualTypeOf<number[]>()

const walked = fromIterable([3]).pipe(
  expand((n) => (n > 1 ? [n - 1] : [])),
  switchMap((n) => [n.toFixed()]),
)
expectTypeOf(await toArray(walked)).toEqualTypeOf<string[]>()
