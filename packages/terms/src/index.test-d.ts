/** Goal: item types flow through pipes without annotations. Checked by the compiler, never run. */

import { type ResultOf, run, type Term } from '@millrace/core'
import { expectTypeOf } from 'vitest'
import {
  asRecord,
  batch,
  collect,
  csv,
  filter,
  flatMap,
  forEach,
  fromIterable,
  fromReadable,
  id,
  lines,
  map,
  mapAsync,
  merge,
  ndjson,
  print,
  reduce,
  scan,
  take,
  tap,
  toArray,
  writeLines,
} from './index.ts'

const ratios = lines('book.txt')
  .pipe(filter((line) => line.length > 0))
  .parallel({
    words: map((line) => line.split(' ').length),
    chars: map((line) => line.length),
  })
  .pipe(
    map(({ words, chars }) => chars / words),
    print(),
  )
expectTypeOf(ratios).toExtend<Term<never, number>>()
expectTypeOf(await toArray(ratios)).toEqualTypeOf<number[]>()

const chain = fromIterable([1, 2, 3]).pipe(
  map((n) => (n > 1 ? String(n) : undefined)),
  mapAsync(async (text) => ({ text })),
  flatMap(({ text }) => [...text]),
  tap((letter) => letter.toUpperCase()),
  take(2),
  batch(2),
)
expectTypeOf(await toArray(chain)).toEqualTypeOf<string[][]>()

const counts = fromIterable(['a', 'b']).pipe(
  scan((count: number, word) => count + word.length, 0),
  reduce((most: number, count) => Math.max(most, count), 0),
)
expectTypeOf(await toArray(counts)).toEqualTypeOf<number[]>()

const narrowed = fromIterable([1, 'a', null]).pipe(
  filter((item) => item !== null),
  filter((item): item is string => typeof item === 'string'),
  id(),
)
expectTypeOf(await toArray(narrowed)).toEqualTypeOf<string[]>()

expectTypeOf(await toArray(fromIterable([1], asRecord))).toEqualTypeOf<{ readonly val: number }[]>()
expectTypeOf(await toArray(fromReadable(process.stdin, { encoding: 'utf8' }))).toEqualTypeOf<string[]>()
expectTypeOf(await toArray(csv<{ n: number }>('a.csv', { cast: true }))).toEqualTypeOf<{ n: number }[]>()
const wanted = csv('a.csv', {
  fields: { a: 'string', b: 'number?', c: 'date', d: (text) => text.length, e: 'time?' },
})
expectTypeOf(await toArray(wanted)).toEqualTypeOf<
  { a: string; b: number | null; c: Date; d: number; e: number | null }[]
>()
const some = ndjson('a.ndjson', { fields: { a: 'string?', b: (value: unknown) => [value] } })
expectTypeOf(await toArray(some)).toEqualTypeOf<{ a: string | null; b: unknown[] }[]>()
expectTypeOf(await toArray(ndjson<{ n: 1 }>('a'))).toEqualTypeOf<{ n: 1 }[]>()
// @ts-expect-error no such type
csv('a.csv', { fields: { a: 'text' } })
expectTypeOf(await toArray(fromIterable([1]).parallel(id(), id()).pipe(merge()))).toEqualTypeOf<number[]>()

const items = collect<string>()
const each = forEach((item: string) => item.length)
const file = writeLines('a.txt')
expectTypeOf<ResultOf<typeof items>>().toEqualTypeOf<string[]>()
expectTypeOf<ResultOf<typeof each>>().toEqualTypeOf<number>()
expectTypeOf<ResultOf<typeof file>>().toEqualTypeOf<{
  readonly file: string
  readonly lines: number
  readonly bytes: number
}>()
run(fromIterable(['a']).pipe(items))
// @ts-expect-error: numbers are no lines
run(fromIterable([1]).pipe(file))
