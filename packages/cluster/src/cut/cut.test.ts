// Where a graph is cut into tasks: in front of terms that join sources, unless these come from one term.

import { type AnyTerm, compileGraph, parallel, SinkTerm } from '@millrace/core'
import { collect, fromIterable, map, mergeByTime } from '@millrace/terms'
import { expect, test } from 'vitest'
import { cutGraph } from './cut.ts'

const tasksOf = (term: unknown): string[] =>
  cutGraph(compileGraph(term as AnyTerm))
    .filter(({ takesOutput }) => takesOutput === undefined)
    .map(({ nodes }) => nodes.map(({ id }) => id).join(' '))
const byTime = () => mergeByTime<{ a: number; b: number }>((at) => at)

test('each input of mergeByTime that has a source of its own is a task', () => {
  const source = (name: string) =>
    fromIterable([1])
      .named(name)
      .pipe(map((n: number) => n).named(`of ${name}`))
  expect(tasksOf(parallel({ a: source('x'), b: source('y') }).pipe(byTime()))).toEqual([
    'x of x',
    'y of y',
    'mergeByTime',
  ])
})

test('branches of one source stay together', () => {
  const branches = fromIterable([1]).parallel({ a: map((n: number) => n), b: map((n: number) => -n) })
  expect(tasksOf(branches.pipe(byTime()))).toHaveLength(1)
})

test('a term that is to be told what a checkpoint holds is refused: over hosts it would not hear of the last one', () => {
  class Told extends SinkTerm<number> {
    override write(): void {}
    override acknowledge(): void {}
  }
  const term = fromIterable([1]).pipe(new Told())
  expect(() => cutGraph(compileGraph(term as unknown as AnyTerm))).toThrow(
    '"Told" waits until it is told what a checkpoint holds',
  )
})

test('what is bound to a label is a task of its own, and a sink goes there, too', () => {
  const term = fromIterable([1]).pipe(
    map((n: number) => n).named('anywhere'),
    map((n: number) => n)
      .named('bound')
      .on('disk=a'),
    collect<number>().on('disk=a'),
  )
  const tasks = cutGraph(compileGraph(term as unknown as AnyTerm))
  expect(tasks.map(({ label, nodes }) => [label, nodes.map(({ id }) => id).join(' ')])).toEqual([
    [undefined, 'fromIterable anywhere'],
    ['disk=a', 'bound collect'],
  ])
})

test('a term cannot be bound to a label and to the command', () => {
  const term = fromIterable([1]).pipe(
    map((n: number) => n)
      .on('disk=a')
      .local(),
  )
  expect(() => cutGraph(compileGraph(term as unknown as AnyTerm))).toThrow(
    '"map" is bound to "disk=a" by on()',
  )
})

test('where items may be set aside, a task of the command takes the letters', () => {
  const term = (policy: object) =>
    fromIterable([1]).pipe(map((n: number) => n).onFailure(policy), collect<number>())
  const tasks = (policy: object) => cutGraph(compileGraph(term(policy) as unknown as AnyTerm))
  expect(tasks({ onError: 'skip' }).map(({ label, outputs, inputs }) => [label, inputs, outputs])).toEqual([
    [undefined, [], ['e0', 'e1']],
    ['caller', ['e0'], []],
    ['caller', ['e1'], []],
  ])
  expect(tasks({ retry: 1 })).toHaveLength(2)
})
