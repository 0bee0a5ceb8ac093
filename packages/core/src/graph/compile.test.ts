// Compositions that make no sense are refused with the error that names what is wrong; fingerprints tell graphs apart.

import { expect, test } from 'vitest'
import { connect } from '../compose/connect.ts'
import { graph, isGraphModule, termOfExport } from '../compose/graph-module.ts'
import { parallel } from '../compose/parallel.ts'
import { sequential } from '../compose/sequential.ts'
import type { Term } from '../term/term.ts'
import { Collect, count, filter, id, map } from '../test/terms.ts'
import { compileGraph, sketchGraph } from './compile.ts'
import { fingerprint, firstDifference } from './fingerprint.ts'

type Any = Term<any, any>
const code = (expected: string, message: string | RegExp = '') =>
  expect.objectContaining({
    code: expected,
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  })

test('what is no term cannot be composed', () => {
  expect(() => count(1).pipe(((n: number) => n) as any)).toThrow(code('NOT_A_TERM', 'function'))
  expect(() => parallel([count(1)] as any, id())).toThrow(code('NOT_A_TERM'))
  expect(() => (parallel as any)({ a: 5 })).toThrow(code('NOT_A_TERM', '5'))
  expect(() => compileGraph({} as Any)).toThrow(code('NOT_A_TERM', 'run()'))
  expect(() => (sequential as any)()).toThrow(code('INVALID_OPTION'))
})

test('a parallel needs a branch', () => {
  expect(() => (parallel as any)()).toThrow(code('EMPTY_PARALLEL'))
  expect(() => parallel({})).toThrow(code('EMPTY_PARALLEL'))
})

test('inputs and outputs must meet', () => {
  expect(() => compileGraph(id() as Any)).toThrow(code('OPEN_INPUT', '"id"'))
  expect(() => compileGraph(count(1).pipe(count(2) as unknown as Any))).toThrow(
    code('SOURCE_WITH_INPUT', 'Term(items)'),
  )
  expect(() => compileGraph(count(1).pipe(new Collect(), id() as Any))).toThrow(
    code('NO_OUTPUT', 'Term(Collect)'),
  )
  expect(() => compileGraph(count(1).pipe((id() as Any).port('x')))).toThrow(code('UNKNOWN_PORT', '"out"'))
  const named = count(1).pipe(parallel({ x: id(), y: id() }) as unknown as Any)
  expect(() => compileGraph(named.port('z'))).toThrow(code('UNKNOWN_PORT', '"x", "y"'))
})

test('two writers of one input are refused, also across compositions', () => {
  const reader = id().named('reader')
  const [a, b] = [count(1).named('a'), count(2).named('b')]
  const wires = parallel(connect(a, reader, { input: 'x' }), connect(b, reader, { input: 'x' }))
  expect(() => compileGraph(wires as Any)).toThrow(code('TWO_WRITERS', /"x" of reader: a and b/))
})

test('streams composed apart into one reader make a record by the writers’ names', () => {
  const reader = new Collect()
  const [a, b] = [count(1).named('a'), count(2).named('b')]
  const compiled = compileGraph(parallel(a.pipe(reader), b.pipe(reader)) as Any)
  expect(compiled.edges.map(({ input }) => input)).toEqual(['a', 'b'])
})

test('a source can be a branch beside a function', () => {
  expect(() => compileGraph(count(1).pipe(parallel(id(), count(2)) as Any, new Collect()))).not.toThrow()
})

test('equal builds have equal fingerprints, others do not', () => {
  const build = (by: (n: number) => number, name = 'map') =>
    fingerprint(sketchGraph(map(by).named(name).pipe(id())))
  const double = (n: number): number => n * 2
  expect(firstDifference(build(double), build(double))).toBeUndefined()
  expect(
    firstDifference(
      build(double),
      build((n) => n + 1),
    )?.[0],
  ).toContain('"map"')
  expect(firstDifference(build(double), build(double, 'other'))?.[1]).toContain('"other"')
  expect(firstDifference(['a'], ['a', 'b'])).toEqual(['no further node', 'b'])
})

test('a graph module builds its term from parameters, and says where it comes from', () => {
  const numbers = graph('file:///numbers.js', ({ upTo }: { upTo: number }) => count(upTo))
  const term = numbers({ upTo: 3 })
  expect([isGraphModule(numbers), isGraphModule(count), numbers.url]).toEqual([
    true,
    false,
    'file:///numbers.js',
  ])
  expect(term.origin).toMatchObject({ url: 'file:///numbers.js', params: { upTo: 3 } })
  expect(compileGraph(term).nodes.map((node) => node.id)).toEqual(['items'])
  expect(termOfExport(numbers, { upTo: 1 }, 'x')).toBeInstanceOf(term.constructor)
  const plain = count(1)
  expect(termOfExport(plain, undefined, 'x')).toBe(plain)
  expect(() => termOfExport(5, undefined, 'numbers.js')).toThrow(
    code('BAD_INPUT', 'numbers.js exports no graph'),
  )
})

test('a builder that depends on more than its parameters is found out', () => {
  let calls = 0
  const fickle = graph('file:///fickle.js', () => (calls++ % 2 === 0 ? id() : filter(() => true)))
  expect(() => sketchGraph(fickle())).toThrow(code('NONDETERMINISTIC_BUILDER', /first "id" .* then "filter"/))
})

test('graph() checks its arguments and what the builder gives', () => {
  expect(() => graph('', () => id())).toThrow(code('INVALID_OPTION', 'import.meta.url'))
  expect(() => graph('file:///x.js', undefined as any)).toThrow(code('INVALID_OPTION', 'a function'))
  expect(() => graph('file:///x.js', () => 5 as any)()).toThrow(code('NOT_A_TERM', 'file:///x.js'))
})
