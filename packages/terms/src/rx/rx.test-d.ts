/** Goal: types flow through rxjs operators without annotations. Checked by the compiler, never run. */

import { mergeMap, of, map as rxMap } from 'rxjs'
import { expectTypeOf } from 'vitest'
import { fromIterable, map, toArray } from '../index.ts'
import { fromObservable, rx } from './index.ts'

const texts = fromIterable([1, 2]).pipe(
  rx(mergeMap((n) => of(n.toFixed(), ''))),
  rx(rxMap((text) => text.length)),
  map((length) => ({ length })),
)
expectTypeOf(await toArray(texts)).toEqualTypeOf<{ length: number }[]>()
expectTypeOf(await toArray(fromObservable(of(1), { overflow: 'latest' }))).toEqualTypeOf<number[]>()
// @ts-expect-error: a policy must be chosen
fromObservable(of(1))
