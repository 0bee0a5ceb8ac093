/** Goal: figures have the keys of their records. Checked by the compiler, never run. */

import { expectTypeOf } from 'vitest'
import {
  fromIterable,
  type Hull,
  kruskalWallis,
  map,
  mean,
  oneSampleTTest,
  pairedTTest,
  std,
  stdHull,
  sum,
  type TTestResult,
  toArray,
} from '../index.ts'

const numbers = fromIterable([1, 2])
const records = fromIterable([{ x: 1, y: 2 }])

expectTypeOf(await toArray(numbers.pipe(sum()))).toEqualTypeOf<number[]>()
expectTypeOf(await toArray(records.pipe(mean()))).toEqualTypeOf<{ x: number; y: number }[]>()
expectTypeOf(await toArray(records.pipe(std({ over: 'keys' })))).toEqualTypeOf<number[]>()
expectTypeOf(await toArray(records.pipe(stdHull({ factor: 2 })))).toEqualTypeOf<{ x: Hull; y: Hull }[]>()
expectTypeOf(await toArray(numbers.pipe(oneSampleTTest(0)))).toEqualTypeOf<TTestResult[]>()
const last = records.pipe(
  oneSampleTTest(0),
  map(({ x }) => x.p ?? 1),
)
expectTypeOf(await toArray(last)).toEqualTypeOf<number[]>()
expectTypeOf(await toArray(records.pipe(pairedTTest({ keys: ['x', 'y'] })))).toEqualTypeOf<TTestResult[]>()
// @ts-expect-error: there is no such key
records.pipe(pairedTTest({ keys: ['x', 'z'] }))
// @ts-expect-error: texts have no sum
fromIterable(['a']).pipe(sum())
records.pipe(
  kruskalWallis(),
  map(({ h, p }) => [h?.toFixed(), p?.toFixed()]),
)
