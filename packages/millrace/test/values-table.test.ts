/** Goal: the table of docs/values.md tells the truth: each cell of it is tried. */

import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import { type CarriedValue, carryValue, restoreValue, whyNotCarried } from '@millrace/core/engine'
import { graph } from 'millrace'
import { fromIterable } from 'millrace/terms'
import { expect, test } from 'vitest'

class Money {
  readonly cents = 1
}
class Names extends Map<string, number> {}
class Stack extends Array<number> {}
class Gone extends Error {}
class Vector extends Float32Array {}
class Tags extends Set<string> {}
graph(import.meta.url, { items: [Money, Names, Stack, Gone, Vector, Tags] }, () => fromIterable([1]))

const cycle: Record<string, unknown> = {}
cycle['self'] = cycle
const one = { x: 1 }
const withHole = [1, 2]
delete withHole[0]
const given = new ArrayBuffer(2)
structuredClone(given, { transfer: [given] })
const searching = /a/g
searching.exec('aa')
let deep: unknown = 1
for (let level = 0; level < 1100; level++) deep = [deep]
const refuse = (): never => {
  throw new Error('no')
}

/** By the first words of a row. */
const samples: Readonly<Record<string, readonly unknown[]>> = {
  numbers: [1, Number.NaN, -0, 'a', 2n, true, null, undefined],
  'plain records': [{ a: [1, { b: 2 }] }],
  'lists with': [withHole, Object.assign([1], { index: 1 })],
  'objects without': [Object.assign(Object.create(null), { a: 1 })],
  cycles: [cycle, [one, one]],
  '`Map`': [new Map([[1, { a: 1 }]]), new Set([1])],
  '`Date`, `RegExp` |': [new Date(1), /a/g],
  'typed arrays': [new Int8Array([1]), new DataView(new ArrayBuffer(1)), new ArrayBuffer(2)],
  '`Buffer`': [Buffer.from('abc'), Buffer.alloc(9000)],
  '`URL`': [new URL('http://a/?b')],
  'built-in errors': [Object.assign(new TypeError('m', { cause: new Error('c') }), { code: 'E' })],
  'instances of registered': [new Money()],
  'registered subclasses': [new Names(), Stack.of(1, 2), new Gone('m'), new Vector(2), new Tags(['a'])],
  'getters of': [
    {
      get a() {
        return 1
      },
    },
  ],
  '`SharedArrayBuffer`': [new SharedArrayBuffer(1), new Int8Array(new SharedArrayBuffer(1))],
  '`Blob`': [new Blob(['a']), createSecretKey(Buffer.from('key'))],
  'instances of other': [new (class A {})(), new (class B extends Error {})()],
  'unregistered subclasses': [new (class A extends Map {})(), new (class B extends Int8Array {})()],
  functions: [refuse, { m() {} }],
  symbols: [Symbol('s'), { [Symbol('s')]: 1 }],
  'properties that': [Object.defineProperty({}, 'a', { value: 1 })],
  'getters that': [
    {
      get a() {
        return refuse()
      },
    },
  ],
  '`Date`, `RegExp`, `Map`': [
    Object.assign(new Date(), { a: 1 }),
    Object.assign(/a/, { a: 1 }),
    Object.assign(new Map(), { a: 1 }),
    Object.assign(new Int8Array(1), { a: 1 }),
    Object.assign(new ArrayBuffer(1), { a: 1 }),
  ],
  'a `RegExp`': [searching],
  '`Proxy`': [new Proxy({}, {})],
  promises: [Promise.resolve(), new WeakMap(), new WeakSet(), new WeakRef({})],
  '`MessagePort`': [new MessageChannel().port1, Readable.from([])],
  'buffers that': [given],
  'what is nested': [deep],
}

const text = readFileSync(new URL('../../../docs/values.md', import.meta.url), 'utf8')
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (kind|---)/.test(line))
  .map((line) => line.slice(2))

test('each row has samples, and each sample a row', () => {
  const starts = Object.keys(samples)
  expect(rows.map((row) => starts.filter((start) => row.startsWith(start)).length)).toEqual(rows.map(() => 1))
  expect(starts.filter((start) => !rows.some((row) => row.startsWith(start)))).toEqual([])
})

test.each(rows)('%s', (row) => {
  const [inline, ...cells] = row
    .split('|')
    .slice(1, 5)
    .map((cell) => cell.trim())
  expect(inline).toBe('whole')
  const start = Object.keys(samples).find((each) => row.startsWith(each)) as string
  for (const value of samples[start] as readonly unknown[]) {
    const ways = ['thread', 'process', 'checkpoint'] as const
    ways.forEach((way, at) => {
      const why = whyNotCarried({ value }, way)
      if (cells[at] === 'refused') {
        expect(why?.path).toMatch(/^\.value/)
        return
      }
      expect(why).toBe(undefined)
      const carried = carryValue({ value }, way)
      const copy = restoreValue(
        way === 'thread' ? structuredClone(carried) : (deserialize(serialize(carried)) as CarriedValue),
      ) as { readonly value: unknown }
      if (cells[at] === 'whole') expect(copy.value).toStrictEqual(value)
      else expect([cells[at], copy.value]).toEqual(['their value', { ...(value as object) }])
    })
  }
})
