/** Goal: the keys of records are known to the compiler through every term on records. Never run. */

import { parallel } from '@millrace/core'
import { expectTypeOf } from 'vitest'
import {
  addIndex,
  copyItem,
  delay,
  flattenRecord,
  fromIterable,
  itemFilter,
  keyFilter,
  keyValueFilter,
  linearizer,
  map,
  mergeToSingleStream,
  pprint,
  rename,
  stop,
  toArray,
} from '../index.ts'

interface Person {
  readonly name: string
  readonly born: number
  readonly at: { readonly x: number; readonly tags: readonly string[] }
}
declare const list: Person[]
const people = fromIterable(list)

expectTypeOf(await toArray(people.pipe(keyFilter({ keys: ['name'] })))).toEqualTypeOf<
  Pick<Person, 'name'>[]
>()
expectTypeOf(
  await toArray(
    people.pipe(
      keyFilter({ notKeys: ['at'] }),
      map(({ name, born }) => name.length + born),
    ),
  ),
).toEqualTypeOf<number[]>()
// @ts-expect-error: there is no such key
people.pipe(keyFilter({ keys: ['nam'] }))

people.pipe(
  keyValueFilter((key, value) => {
    expectTypeOf(key).toEqualTypeOf<keyof Person>()
    expectTypeOf(value).toEqualTypeOf<Person[keyof Person]>()
    return true
  }),
)
people.pipe(itemFilter(({ born }) => born > 1900))

const renamed = people.pipe(
  rename({ name: 'nom' }),
  map(({ nom, born }) => `${nom} ${born.toFixed()}`),
)
expectTypeOf(await toArray(renamed)).toEqualTypeOf<string[]>()
// @ts-expect-error: there is no such key
people.pipe(rename({ nam: 'nom' }))

const flat = people.pipe(
  flattenRecord(),
  map((person) => [person['at.x'], person['at.tags'], person.name] as const),
)
expectTypeOf(await toArray(flat)).toEqualTypeOf<(readonly [number, readonly string[], string])[]>()

const numbered = people.pipe(
  addIndex('row'),
  map(({ row, name }) => `${row.toFixed()} ${name}`),
)
expectTypeOf(await toArray(numbered)).toEqualTypeOf<string[]>()

const both = parallel({ a: fromIterable([{ x: 1 }]), b: fromIterable([{ y: 'y' }]) })
const combined = both.pipe(
  mergeToSingleStream({ combine: true }),
  map(({ x, y }) => `${x.toFixed()}${y.trim()}`),
)
expectTypeOf(await toArray(combined)).toEqualTypeOf<string[]>()
expectTypeOf(await toArray(both.pipe(mergeToSingleStream()))).toEqualTypeOf<
  { a: { x: number }; b: { y: string } }[]
>()
const tagged = both.pipe(
  linearizer({ info: true }),
  map((item) => (item.name === 'a' ? item.data.x : item.data.y)),
)
expectTypeOf(await toArray(tagged)).toEqualTypeOf<(string | number)[]>()

expectTypeOf(await toArray(people.pipe(delay(10), pprint()))).toEqualTypeOf<Person[]>()
people.pipe(
  stop(),
  // @ts-expect-error: nothing follows a stop
  map((n: number) => n),
)
// @ts-expect-error: the change is of another type
copyItem({ a: 1 }, { a: 'x' })
