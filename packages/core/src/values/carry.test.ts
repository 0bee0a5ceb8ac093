/** Goal: a value arrives whole, or is refused with its path: for each kind that there is, on each way that there is. */

import { Blob } from 'node:buffer'
import { deserialize, serialize } from 'node:v8'
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { MillraceError, TermError } from '../errors.ts'
import { carry, carryValue, restoreValue, whyNotCarried } from './carry.ts'
import { isPlain } from './plain.ts'
import { registerItems } from './registry.ts'

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
  get euros() {
    return this.cents / 100
  }
}
class Stack extends Array<number> {
  top() {
    return this.at(-1)
  }
}
class Names extends Map<string, unknown> {}
class Vector extends Float64Array {}
class HttpError extends Error {
  readonly status = 404
}
class Stranger {
  readonly x = 1
}
registerItems('test', [Money, Stack, Names, Vector, HttpError])

const byThread = (value: unknown) => restoreValue(structuredClone(carryValue(value, 'thread')))
const byBytes = (value: unknown) =>
  restoreValue(deserialize(serialize(carryValue(value, 'process'))) as { readonly value: unknown })

const detached = new Uint8Array(4)
structuredClone(detached, { transfer: [detached.buffer] })
const cycle: Record<string, unknown> = { of: [new Money(1)] }
cycle['self'] = cycle
const shared = { x: 1 }
const deep = (levels: number): unknown => (levels === 0 ? 1 : { d: deep(levels - 1) })
const withHole = [1, 2, 3]
delete withHole[1]

test.each<[string, unknown]>([
  ['primitives', [1, -0, Number.NaN, 'a\uD800', 3n, true, null, undefined]],
  ['-0 in a record', { zero: -0 }],
  ['nested records and lists', { a: [{ b: { c: [1, [2, [3]]] } }] }],
  ['a date', new Date(7)],
  ['a RegExp', /a+/gi],
  ['a map and a set', { m: new Map([[{ k: 1 }, new Set([1, 'a'])]]) }],
  [
    'typed arrays',
    [new Float64Array([1, 2]), new Uint8Array(3).subarray(1), new DataView(new ArrayBuffer(2))],
  ],
  ['a buffer', { b: Buffer.from('abc') }],
  ['an empty buffer', Buffer.alloc(0)],
  ['a URL, in all places', { list: [new URL('http://a/b?c=d')], m: new Map([['u', new URL('http://x/')]]) }],
  ['a URL itself', new URL('http://a/')],
  [
    'a URL as a key, and in a set',
    [new Map([[new URL('http://x/'), 1]]), new Set([1, new URL('http://y/'), 2])],
  ],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['a sparse list', withHole],
  ['a list with properties', Object.assign([1, 2], { index: 3, of: new Money(3) })],
  ['a match', /(?<a>b)/.exec('abc')],
  ['a registered class', { m: new Money(250) }],
  ['subclasses of built-in ones', [Stack.from([1, 2]), new Names([['a', new Money(1)]]), new Vector([1, 2])]],
  ['a key called __proto__', JSON.parse('{"__proto__": {"x": 1}, "m": 1}')],
  ['boxed primitives', [Object(1), Object('ab'), Object(true), Object(3n)]],
  ['a cycle', cycle],
  ['what has many parts', Array.from({ length: 500 }, (_, i) => ({ i }))],
  ['what has 900 levels', deep(900)],
])('%s', (_kind, value) => {
  for (const travel of [byThread, byBytes]) {
    const copy = travel(value)
    expect(copy).toStrictEqual(value)
    if (typeof value === 'object' && value !== null) {
      expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(value))
    }
  }
})

test('an instance is one: its getters and methods work', () => {
  expect((byThread(new Money(250)) as Money).euros).toBe(2.5)
  expect((byBytes([Stack.from([1, 2])]) as [Stack])[0].top()).toBe(2)
  expect((byBytes(Buffer.from('abc')) as Buffer).toString()).toBe('abc')
  const url = byThread(new URL('http://a/b?c=d')) as URL
  expect(url.searchParams.get('c')).toBe('d')
})

test.each<[string, Error]>([
  ['an error', new RangeError('too large', { cause: new TypeError('inner') })],
  ['an error with fields', Object.assign(new Error('m'), { code: 'E', at: { of: new Money(1) } })],
  ['an AggregateError', new AggregateError([new Error('a'), 7], 'all')],
  ['a registered error', new HttpError('not found')],
  ['an error of Node’s', capture(() => new URL('no url'))],
  ['an error of Millrace’s', new TermError('t', 'item', new Error('x'), { n: 1 })],
])('%s as a value', (_kind, error) => {
  for (const travel of [byThread, byBytes]) {
    const { e } = travel({ e: error }) as { readonly e: Error }
    expect(Object.getPrototypeOf(e)).toBe(Object.getPrototypeOf(error))
    expect(e).toEqual(error)
    expect([e.message, e.name, e.stack, Object.keys(e)]).toEqual([
      error.message,
      error.name,
      error.stack,
      Object.keys(error),
    ])
    expect(e.cause).toEqual(error.cause)
  }
})

test('an error that causes itself', () => {
  const error = new Error('egg')
  error.cause = error
  const copy = byThread(error) as Error
  expect(copy.cause).toBe(copy)
})

test('objects that are one stay one', () => {
  const copy = byThread({ a: shared, b: shared, m: new Money(1) }) as Record<string, unknown>
  expect(copy['a']).toBe(copy['b'])
  const turn = byBytes(cycle) as Record<string, unknown>
  expect(turn['self']).toBe(turn)
})

test('a getter is read once, and is its value in the copy', () => {
  let reads = 0
  const value = {
    get n() {
      return ++reads
    },
    m: new Money(1),
  }
  expect([(byThread(value) as { n: number }).n, reads]).toEqual([1, 1])
})

test('a getter in a list is read once; in a long one what is sent is what was looked at', () => {
  for (const [length, expected] of [
    [2, 1],
    [500, 2],
  ] as const) {
    const list = Array(length).fill(0)
    let reads = 0
    // from the third time on it gives what is refused
    Object.defineProperty(list, 1, { get: () => (++reads > 2 ? new Stranger() : reads), enumerable: true })
    const copy = byThread({ list }) as { readonly list: readonly unknown[] }
    expect([copy.list[1], reads]).toEqual([expected, expected])
    expect(byThread({ ...copy })).toStrictEqual(copy)
  }
})

test('a value with long lists is what it was, and no list of it is', () => {
  const row = JSON.parse('{"__proto__": 1, "a": 2}') as object
  const value = {
    numbers: Array.from({ length: 100 }, (_, i) => i / 2),
    texts: [row, row],
    of: new Map([[row, new Set([row, 1])]]),
    floats: new Float64Array(2),
    none: null,
  }
  const { value: carried } = carryValue(value, 'thread') as { readonly value: typeof value }
  expect(carried).toStrictEqual(value)
  expect(carried.numbers).not.toBe(value.numbers)
  expect(carried.texts[0]).toBe(carried.texts[1])
  expect([...carried.of.keys()][0]).toBe(carried.texts[0])
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  expect(carry([1, Number.NaN, numbers], 'thread').items).toStrictEqual([1, Number.NaN, numbers])
})

const everyWay = ['thread', 'process', 'checkpoint'] as const
const hostile = new Proxy(
  {},
  Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse])),
)
const { proxy: revoked, revoke } = Proxy.revocable({}, {})
revoke()

test.each<[string, unknown, string, string]>([
  ['a function', { rows: [1, { onDone: () => {} }] }, '.rows[1].onDone', 'a function (onDone)'],
  ['a method', { a: { m() {} } }, '.a.m', 'a function (m)'],
  ['a symbol', [Symbol('s')], '[0]', 'a symbol'],
  [
    'a property named by a symbol',
    { a: { [Symbol('s')]: 1 } },
    '.a[Symbol(s)]',
    'a property whose name is a symbol',
  ],
  ['a hidden property', [hidden({})], '[0].hidden', 'a property that is not enumerable'],
  ['a hidden property of a list', [hidden([1])], '[0].hidden', 'a property that is not enumerable'],
  [
    'a getter that throws',
    {
      get a() {
        return refuse()
      },
    },
    '.a',
    'a getter that throws: no',
  ],
  ['an unregistered class', { a: [new Stranger()] }, '.a[0]', 'an object of class Stranger'],
  ['a class as a state of a map', new Map([['k', new Stranger()]]), '.get(k)', 'an object of class Stranger'],
  ['an unregistered error', new (class Mine extends Error {})(), '', 'an object of class Mine'],
  ['an unregistered map', new (class Mine extends Map {})(), '', 'an object of class Mine'],
  ['an unregistered list', new (class Mine extends Array {})(), '', 'an object of class Mine'],
  ['an unregistered typed array', new (class Mine extends Int8Array {})(1), '', 'an object of class Mine'],
  ['an unregistered buffer', new (class Mine extends ArrayBuffer {})(1), '', 'an object of class Mine'],
  [
    'a date with a property',
    { d: Object.assign(new Date(1), { zone: 1 }) },
    '.d.zone',
    'a property of a Date',
  ],
  ['a map with a property', Object.assign(new Map(), { x: 1 }), '.x', 'a property of a Map'],
  [
    'a typed array with a property',
    Object.assign(new Uint8Array(99), { unit: 'm' }),
    '.unit',
    'a property of a Uint8Array',
  ],
  [
    'a buffer with a property',
    Object.assign(new ArrayBuffer(9), { unit: 'm' }),
    '.unit',
    'a property of a ArrayBuffer',
  ],
  ['a RegExp in a search', capture(() => searching()), '.lastIndex', 'the place of a RegExp in a text'],
  ['a weak map', [new WeakMap()], '[0]', 'an object of class WeakMap'],
  ['a promise', { p: Promise.resolve() }, '.p', 'an object of class Promise'],
  ['a generator', { g: numbers() }, '.g', 'an object of class'],
  ['a port', { p: new MessageChannel().port1 }, '.p', 'an object of class MessagePort'],
  ['a proxy', { p: new Proxy({ a: 1 }, {}) }, '.p', 'a Proxy'],
  ['a hostile proxy', { p: hostile }, '.p', 'a Proxy'],
  ['a revoked proxy', [revoked], '[0]', 'a Proxy'],
  ['a proxy of a function', [new Proxy(() => 0, {})], '[0]', 'a function ()'.slice(0, 10)],
  ['a buffer that was given away', [detached], '[0]', 'a buffer that was given away'],
  ['a symbol in a box', Object(Symbol('s')), '', 'a symbol'],
  ['what is too deep', deep(1200), '.d.d.d…', 'more than 1000 levels deep'],
])('%s is refused', (_kind, value, path, what) => {
  for (const way of everyWay) {
    const why = whyNotCarried(value, way)
    expect(why?.path).toBe(path)
    expect(why?.what).toContain(what)
  }
})

test('what threads can share, nothing else can have', () => {
  const values = [new SharedArrayBuffer(8), new Int32Array(new SharedArrayBuffer(8)), new Blob(['a'])]
  for (const value of values) {
    expect(everyWay.map((way) => whyNotCarried({ value }, way)?.path)).toEqual([
      undefined,
      '.value',
      '.value',
    ])
    expect(() => structuredClone(carryValue({ value }, 'thread'))).not.toThrow()
  }
})

test('the class is named, with what to do', () => {
  expect(whyNotCarried(new Stranger(), 'thread')?.remedy).toBe(
    'Register the class, so that its instances travel whole: graph(import.meta.url, { items: [Stranger] }, build).',
  )
  expect(whyNotCarried(new WeakMap(), 'thread')?.remedy).toBe('')
})

test('plain values are told from others the fast way', () => {
  const plain = [
    1,
    'a',
    { a: [1, { b: null }] },
    [[1], [2]],
    new Map([[1, { a: 1 }]]),
    new Float64Array(1000),
  ]
  expect(plain.map((value) => isPlain(value))).toEqual(plain.map(() => true))
  const numbers = Array.from({ length: 10_000 }, (_, i) => i)
  expect([isPlain(numbers), isPlain(Object.assign([...numbers], { x: 1 }))]).toEqual([true, false])
})

test('a class with private fields cannot be registered', () => {
  class Secret {
    #x = 1
    get x() {
      return this.#x
    }
  }
  class Derived extends Secret {}
  for (const type of [Secret, Derived, Map, () => 0, 7]) {
    expect(() => registerItems('test', [type as never])).toThrow(MillraceError)
  }
})

test('an object of a class that is not registered where it arrives is an error', () => {
  const carried = structuredClone(carryValue(new Money(1), 'thread'))
  const elsewhere = JSON.parse(JSON.stringify(carried).replaceAll('Money', 'Gold'))
  expect(() => restoreValue(elsewhere)).toThrow(expect.objectContaining({ code: 'UNKNOWN_CLASS' }))
})

function hidden(value: object): object {
  return Object.defineProperty(value, 'hidden', { value: 1, enumerable: false })
}

function* numbers() {
  yield 1
}

function searching(): RegExp {
  const pattern = /a/g
  pattern.exec('aa')
  return pattern
}

function capture<Value>(f: () => Value): Value & Error {
  try {
    return f() as Value & Error
  } catch (error) {
    return error as Value & Error
  }
}

function refuse(): never {
  throw new Error('no')
}
