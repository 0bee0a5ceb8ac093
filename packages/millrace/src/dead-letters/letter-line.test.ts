/** Goal: an item comes back from its line as it was, whatever it is made of; the error can be read. */
import { serialize } from 'node:v8'
import { type DeadLetter, graph, LostItem } from '@millrace/core'
import { fromIterable } from '@millrace/terms'
import { expect, test } from 'vitest'
import { letterOf, lineOf, rawLetterOf } from './letter-line.ts'

const letterWith = (item: unknown, error: unknown = new Error('no')): DeadLetter => ({
  ...{ term: 't', item, attempts: 2, kind: 'error', error },
  time: 1_700_000_000_000,
})

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
}
graph(import.meta.url, { items: [Money] }, () => fromIterable([1]))

const twice = { x: 1 }

test.each([
  1,
  'two',
  null,
  { a: [1, { b: 'c' }] },
  undefined,
  3n,
  Number.NaN,
  new Date(5),
  new Map([[1, new Set([2])]]),
  new Uint8Array([1, 2]),
  { a: undefined },
  -0,
  Object.assign(new Array(3), { 0: 1, 2: 3 }),
  Object.assign([1], { unit: 'm' }),
  { a: twice, b: twice },
  Object.assign(Object.create(null), { a: 1 }),
  JSON.parse('{"__proto__": 1}'),
  Buffer.from('abc'),
  new URL('http://a/b'),
  new RangeError('no', { cause: 1 }),
  new Money(250),
  { price: [new Money(99)] },
  'a\u2028b\ud800',
  'x'.repeat(2_000_000),
])('%o', (item) => {
  const line = lineOf(letterWith(item))
  const copy = letterOf(rawLetterOf(line)).item as object
  expect(copy).toStrictEqual(item)
  expect(line.split(/\r?\n|\r|\u2028|\u2029/)).toHaveLength(1)
  if (typeof item !== 'object' || item === null) return
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(item))
  expect(Object.entries(copy)).toEqual(Object.entries(item))
})

test('what is in two places is one thing again', () => {
  const { item } = letterOf(rawLetterOf(lineOf(letterWith({ a: twice, b: [twice] })))) as {
    item: { a: object; b: [object] }
  }
  expect(item.a).toBe(item.b[0])
})

test('lines of earlier versions are read', () => {
  const serialized = serialize(new Map([[1, 2]])).toString('base64')
  const line = JSON.stringify({ term: 't', item: 'text', serialized })
  expect(letterOf(rawLetterOf(line))).toEqual({ term: 't', item: new Map([[1, 2]]) })
})

test('an error that cannot be read is a line all the same', () => {
  const hostile = Object.assign(new Error('no'), { code: 1n })
  Object.defineProperty(hostile, 'stack', { get: fail })
  expect(JSON.parse(lineOf(letterWith(1, hostile))).error).toEqual({ name: 'Error', message: 'no' })
  const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, fail]))
  const proxy = new Proxy({}, traps)
  expect(JSON.parse(lineOf(letterWith(proxy, proxy)))).toMatchObject({ lost: 'item is a Proxy.' })
})

test('a line can be read by others', () => {
  const error = Object.assign(new TypeError('no number', { cause: 'why' }), { code: 'E_NUMBER' })
  expect(JSON.parse(lineOf(letterWith({ id: 7 }, error)))).toEqual({
    time: '2023-11-14T22:13:20.000Z',
    term: 't',
    kind: 'error',
    attempts: 2,
    item: { id: 7 },
    error: {
      ...{ name: 'TypeError', message: 'no number', code: 'E_NUMBER', cause: { message: '"why"' } },
      stack: error.stack,
    },
  })
  expect(JSON.parse(lineOf(letterWith(1, 'text')))).toMatchObject({ error: { message: '"text"' } })
})

test('an item that nothing can keep is told of, and not fed back', () => {
  const line = lineOf(letterWith({ run: () => 1 }))
  expect(JSON.parse(line)).toMatchObject({ item: '{}', lost: 'item.run is a function (run).' })
  expect(() => letterOf(rawLetterOf(line))).toThrow(
    'could not be kept, so it cannot be fed back: item.run is a function (run)',
  )
  const stranger = JSON.parse(lineOf(letterWith([new (class Stranger {})()])))
  expect(stranger.lost).toContain('item[0] is an object of class Stranger. Register the class')
  const lost = lineOf(letterWith(new LostItem('{"go":"f"}', 'item.go is a function (go)')))
  expect(JSON.parse(lost)).toMatchObject({ item: '{"go":"f"}', lost: 'item.go is a function (go)' })
  expect(() => letterOf(rawLetterOf(lost))).toThrow('item.go is a function (go)')
})

function fail(): never {
  throw new Error('hostile')
}

test.each([
  ['{', 'JSON'],
  ['[]', 'it is no dead letter'],
  ['{"term":"t"}', 'it is no dead letter'],
  ['{"term":1,"item":2}', 'it is no dead letter'],
  ['{"term":"t","item":2,"serialized":5}', 'could not be kept'],
  ['{"term":"t","item":2,"serialized":""}', 'could not be kept'],
  ['{"term":"t","item":2,"serialized":"","format":3}', 'of format 3, which this version'],
])('%s is refused', (line, message) => {
  expect(() => letterOf(rawLetterOf(line))).toThrow(message)
})
