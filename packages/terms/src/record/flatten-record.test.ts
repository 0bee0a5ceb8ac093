/** Goal: `flattenRecord` keeps every leaf, at its path. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flattenRecord, fromIterable, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

type Tree = { readonly [key: string]: number | readonly number[] | Tree }

const { tree } = fc.letrec<{ tree: Tree; leaf: Tree[string] }>((tie) => ({
  tree: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('leaf'), { noNullPrototype: true }),
  leaf: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.array(fc.integer()), tie('tree')),
}))

/** Looks a path up, step by step. */
function at(record: unknown, path: string): unknown {
  return path.split('.').reduce((part, key) => (part as Record<string, unknown>)[key], record)
}

function countLeaves(record: Tree): number {
  return Object.values(record).reduce((count: number, value) => {
    const isInner = typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0
    return count + (isInner ? countLeaves(value as Tree) : 1)
  }, 0)
}

test('every path leads to its value, and none is missing', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (record) => {
      const [flat] = await toArray(fromIterable([record]).pipe(flattenRecord()))
      const entries = Object.entries(flat as object)
      expect(entries).toHaveLength(countLeaves(record))
      for (const [path, value] of entries) expect(at(record, path)).toEqual(value)
    }),
  )
})

test('another separator; dates, maps and empty records stay values', async () => {
  const record = { a: { d: new Date(0), m: new Map([['k', 1]]), e: {} }, n: null }
  const [flat] = await toArray(fromIterable([record]).pipe(flattenRecord('/')))
  expect(flat).toEqual({ 'a/d': new Date(0), 'a/m': new Map([['k', 1]]), 'a/e': {}, n: null })
})

test('two values at one path, a record that holds itself, and other items are errors', async () => {
  const clash = fromIterable([{ 'a.b': 1, a: { b: 2 } } as object])
  await expect(toArray(clash.pipe(flattenRecord()))).rejects.toEqual(
    badInput('flattenRecord', 'two values at "a.b"'),
  )
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  await expect(toArray(fromIterable([loop as object]).pipe(flattenRecord()))).rejects.toEqual(
    badInput('flattenRecord', 'up to 100 deep'),
  )
  await expect(toArray(fromIterable([[1]] as object[]).pipe(flattenRecord()))).rejects.toEqual(
    badInput('flattenRecord', 'takes plain records'),
  )
  expect(() => flattenRecord(1 as never)).toThrow(invalidOption())
})
