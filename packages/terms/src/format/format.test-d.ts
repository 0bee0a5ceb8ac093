/** Goal: types flow through formats, streams and requests. Checked by the compiler, never run. */

import { PassThrough } from 'node:stream'
import { expectTypeOf } from 'vitest'
import {
  compress,
  decompress,
  exec,
  fetchEach,
  formatNdjson,
  fromEvents,
  fromIterable,
  joinLines,
  ndjson,
  parquet,
  parseJson,
  parseNdjson,
  splitLines,
  through,
  toArray,
} from '../index.ts'

const packed = fromIterable([{ n: 1 }]).pipe(formatNdjson(), joinLines(), compress('gzip'))
const rows = packed.pipe(decompress('gzip'), splitLines(), parseNdjson<{ n: number }>())
expectTypeOf(await toArray(packed)).toEqualTypeOf<Uint8Array[]>()
expectTypeOf(await toArray(rows)).toEqualTypeOf<{ n: number }[]>()
expectTypeOf(await toArray(ndjson<string>('a'))).toEqualTypeOf<string[]>()
expectTypeOf(await toArray(packed.pipe(parseJson<number>()))).toEqualTypeOf<number[]>()
expectTypeOf(await toArray(parquet<{ a: bigint }>('a'))).toEqualTypeOf<{ a: bigint }[]>()

const lines = fromIterable(['a'])
expectTypeOf(await toArray(lines.pipe(exec('cat')))).toEqualTypeOf<string[]>()
expectTypeOf(await toArray(lines.pipe(exec('cat', [], { output: 'bytes' })))).toEqualTypeOf<Uint8Array[]>()
expectTypeOf(await toArray(lines.pipe(through<string, number>(() => new PassThrough())))).toEqualTypeOf<
  number[]
>()
const lengths = fetchEach((text: string) => text, { read: (_response, text) => text.length })
expectTypeOf(await toArray(lines.pipe(lengths))).toEqualTypeOf<number[]>()
expectTypeOf(await toArray(fromEvents<number>(process, 'x', { overflow: 'latest' }))).toEqualTypeOf<
  number[]
>()
// @ts-expect-error: numbers are no lines
fromIterable([1]).pipe(exec('cat'))
