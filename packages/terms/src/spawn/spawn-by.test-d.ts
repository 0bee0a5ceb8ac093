/** Goal: items, keys and results keep their types through spawned terms. Checked by the compiler, never run. */

import type { Term } from '@millrace/core'
import { expectTypeOf } from 'vitest'
import {
  csvTail,
  fileWatch,
  filter,
  fromIterable,
  httpPoll,
  lineParser,
  lineSplitter,
  map,
  spawnBy,
  stringDiff,
  toArray,
  withHistory,
} from '../index.ts'

const sales = fromIterable([{ shop: 'A', price: 5 }])

const spawned = sales.pipe(
  spawnBy(
    ({ shop }) => shop,
    (shop) => {
      expectTypeOf(shop).toEqualTypeOf<string>()
      return map(({ price }: { price: number }) => price)
    },
    { isLast: ({ price }) => price < 0 },
  ),
  filter((price) => price > 1),
)
expectTypeOf(await toArray(spawned)).toEqualTypeOf<number[]>()

declare const ofTexts: Term<string, string>
// @ts-expect-error: a spawned term takes the items of the stream
sales.pipe(spawnBy(String, () => ofTexts))

const differences = sales.pipe(withHistory({ items: 2 }, (sale, history) => sale.price - history.at(0).price))
expectTypeOf(await toArray(differences)).toEqualTypeOf<number[]>()

const texts = httpPoll('http://service.test/').pipe(
  map(({ text }) => text),
  stringDiff(),
  lineSplitter(),
  lineParser<{ n: string }>(),
)
expectTypeOf(await toArray(texts)).toEqualTypeOf<{ n: string }[]>()
expectTypeOf(await toArray(csvTail<{ n: number }>('a.csv'))).toEqualTypeOf<{ n: number }[]>()
expectTypeOf(await toArray(csvTail('a.csv', { columns: false }))).toEqualTypeOf<string[][]>()
fileWatch('a.txt').pipe(map(({ time, text }) => time + text.length))
