// Goal: parameters come converted, mistakes in them are refused by name, and one that nothing reads is found, however
// a builder reads.

import { expect, test } from 'vitest'
import { type GraphModule, graph, termRebuilt } from '../compose/graph-module.ts'
import { compileGraph } from '../graph/compile.ts'
import { count, map } from '../test/terms.ts'
import type { StandardSchema } from './types.ts'

const URL_OF = 'file:///g.js'
const refusal = (code: string, ...parts: string[]) =>
  expect.objectContaining({ code, message: expect.stringMatching(parts.map(literally).join('.*')) })
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** What the builder got. */
function got(params: object, given: unknown): unknown {
  let seen: unknown
  const build = graph(URL_OF, { params: params as Record<string, number> }, (all) => {
    seen = all
    return count(1)
  }) as unknown as (given: unknown) => ReturnType<GraphModule<unknown, never, number>>
  compileGraph(build(given))
  return seen
}

test('text becomes what the declaration says; other values stay; defaults hold', () => {
  const params = {
    count: Number,
    name: String,
    isDry: Boolean,
    big: BigInt,
    since: Date,
    tags: (text: string) => text.split(','),
    limit: 30,
    label: 'none',
    verbose: false,
    most: 5n,
    ratio: { convert: Number, default: undefined },
  }
  const text = { count: '3', name: '7', isDry: 'false', big: '12', since: '2026-01-02', tags: 'a,b' }
  const values = {
    count: 3,
    name: '7',
    isDry: false,
    big: 12n,
    since: new Date('2026-01-02'),
    tags: ['a', 'b'],
  }
  const defaults = { limit: 30, label: 'none', verbose: false, most: 5n, ratio: undefined }
  expect(got(params, text)).toEqual({ ...values, ...defaults })
  expect(got(params, values)).toEqual({ ...values, ...defaults })
  const more = { limit: '-1e3', label: '', verbose: 'true', most: '+6', ratio: '0.5' }
  expect(got(params, { ...text, ...more })).toEqual({
    ...values,
    ...{ limit: -1000, label: '', verbose: true, most: 6n, ratio: 0.5 },
  })
})

test.each([
  [{ count: Number }, { count: 'three' }, ['"count" must be a number', '"three"']],
  [{ count: Number }, { count: '' }, ['"count" must be a number', '""']],
  [{ count: Number }, { count: true }, ['"count" must be a number', 'true']],
  [{ count: Number }, {}, ['"count" must be a number, but was not given']],
  [{ count: Number }, undefined, ['"count" must be a number, but was not given']],
  [{ dry: false }, { dry: 'yes' }, ['"dry" must be true or false', '"yes"']],
  [{ since: Date }, { since: 'soon' }, ['"since" must be a date', '"soon"']],
  [{ big: BigInt }, { big: '1.5' }, ['"big" must be a whole number', '"1.5"']],
  [{ list: JSON.parse }, { list: '[1' }, ['"list"', 'JSON']],
  [{ late: async (text: string) => text }, { late: 'x' }, ['"late"', 'promise']],
  [{ a: Number, b: Number }, { a: 'x', b: 'y' }, ['"a" must be a number', '"b" must be a number']],
])('%o does not take %o', (params, given, parts) => {
  expect(() => got(params, given)).toThrow(refusal('INVALID_PARAMETER', 'graph(/g.js)', ...parts))
})

test('what is not declared is refused, with the name that was probably meant', () => {
  expect(() => got({ target: 30, file: String }, { file: 'x', traget: '30' })).toThrow(
    refusal('UNKNOWN_PARAMETER', '"traget" ("30")', 'Did you mean target?', 'target, file'),
  )
})

test.each([null, 5, 'text', [], { a: null }, { a: {} }, { a: { default: 1 } }, { '~standard': {} }])(
  'a declaration of %o is refused',
  (params) => {
    expect(() => graph(URL_OF, { params: params as never }, () => count(1))).toThrow(
      refusal('INVALID_OPTION'),
    )
  },
)

test('options of graph() have names', () => {
  expect(() => graph(URL_OF, { parms: {} } as never, () => count(1))).toThrow(
    refusal('INVALID_OPTION', 'parms'),
  )
  expect(() => graph(URL_OF, { params: {} } as never, undefined as never)).toThrow(
    refusal('INVALID_OPTION', 'a function that returns a term'),
  )
})

/** As zod's objects do it: unknown keys are left out. */
const schema: StandardSchema<{ n: string | number; to?: number }, { n: number; to: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { n, to = 9 } = value as { n: unknown; to?: number }
      if (Number.isNaN(Number(n ?? 'none')))
        return { issues: [{ message: 'expected number', path: [{ key: 'n' }] }] }
      return { value: { n: Number(n), to } }
    },
  },
}

test('a schema converts and refuses', () => {
  const build = graph(URL_OF, { params: schema }, ({ n, to }) => count(n + to))
  expect(compileGraph(build({ n: '2' })).nodes).toHaveLength(1)
  expect(build({ n: '2' }).origin.params).toEqual({ n: 2, to: 9 })
  expect(() => build({ n: 'x' })).toThrow(
    refusal('INVALID_PARAMETER', '"n" does not fit its schema: expected number, but is "x"', 'as text'),
  )
  expect(() => build({} as never)).toThrow(refusal('INVALID_PARAMETER', 'expected number, but was not given'))
  expect(() => compileGraph(build({ n: 1, tto: 3 } as never))).toThrow(refusal('UNKNOWN_PARAMETER', '"tto"'))
  const late = { '~standard': { ...schema['~standard'], validate: async () => ({ value: 1 }) } }
  expect(() => graph(URL_OF, { params: late }, () => count(1))({} as never)).toThrow(
    refusal('INVALID_OPTION', 'at once'),
  )
})

test('a promise of any library is refused where a value has to be there at once', () => {
  // biome-ignore lint/suspicious/noThenProperty: that is what is tried
  const later = { then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('unheard')) }
  const schema = { '~standard': { version: 1, vendor: 'test', validate: () => later } } as never
  expect(() => graph(URL_OF, { params: schema }, () => count(1))({} as never)).toThrow(
    refusal('INVALID_OPTION', 'at once'),
  )
  const converted = graph(URL_OF, { params: { n: () => later } }, () => count(1))
  expect(() => converted({ n: 'x' } as never)).toThrow(refusal('INVALID_PARAMETER', 'gave a promise'))
  expect(() => compileGraph(graph(URL_OF, () => later as never)())).toThrow(
    refusal('NOT_A_TERM', 'gave a promise'),
  )
})

type Given = Readonly<Record<string, unknown>>
const helper = (params: Given) => map((n: number) => n + (params['later'] as number))

test.each<[string, (params: Given) => unknown]>([
  ['destructured', ({ target = 30, extra }) => [target, extra]],
  ['a rest', ({ target, ...rest }) => [target, rest]],
  ['a spread', (params) => ({ ...params })],
  ['as JSON', (params) => JSON.stringify(params)],
  ['a clone', (params) => structuredClone(params)],
  ['by Object.entries', (params) => Object.entries(params)],
])('a parameter counts as read if it is read by another function: %s', (_how, read) => {
  const build = graph(URL_OF, (params: Given) => {
    read(params)
    return count(1)
  })
  expect(compileGraph(build({ target: 1, extra: 2 })).nodes).toHaveLength(1)
})

test('a parameter counts as read if a function of a term reads it later', () => {
  const build = graph(URL_OF, (params: { by: number }) => count(1).pipe(map((n) => n * params.by)))
  expect(compileGraph(build({ by: 3 })).nodes).toHaveLength(2)
})

test('a parameter that nothing reads is refused, with the name that was probably meant', () => {
  const build = graph(URL_OF, ({ target = 30 }: { target?: number }) => count(target))
  expect(() => compileGraph(build({ traget: 3 } as never))).toThrow(
    refusal(
      'UNKNOWN_PARAMETER',
      'graph(/g.js)',
      '"traget" (3)',
      'Did you mean target?',
      'Its parameters: target',
    ),
  )
  expect(compileGraph(build({ target: 3, other: undefined } as never)).nodes).toHaveLength(1)
  const piped = build({ traget: 3 } as never).pipe(map((n) => n))
  expect(() => compileGraph(piped)).toThrow(refusal('UNKNOWN_PARAMETER', '"traget"'))
  const none = graph(URL_OF, () => count(1))
  expect(() => compileGraph(none({ n: 1 }))).toThrow(refusal('UNKNOWN_PARAMETER', 'Its parameters: none'))
})

test('one that another function reads later has to be declared', () => {
  const build = graph(URL_OF, (params: Given) => count(1).pipe(helper(params)))
  expect(() => compileGraph(build({ later: 1 }))).toThrow(refusal('UNKNOWN_PARAMETER', 'has to be declared'))
  const declared = graph(URL_OF, { params: { later: Number } }, (params) => count(1).pipe(helper(params)))
  expect(compileGraph(declared({ later: 1 })).nodes).toHaveLength(2)
})

test('workers build with what was converted, which is not converted again', () => {
  const build = graph(URL_OF, { params: { n: (text: string) => `${text}!` } }, ({ n }) => count(n.length))
  const { params } = build({ n: 'a' }).origin
  expect(params).toEqual({ n: 'a!' })
  expect(termRebuilt(build, params, URL_OF)).toMatchObject({ origin: { params: { n: 'a!' } } })
})
