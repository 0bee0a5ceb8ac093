/** Goal: where strategies give different answers, the first difference and its place are found; where not, nothing is. */

import { compareStrategies, type Difference } from 'millrace'
import { collect, fromIterable, map, mapAsync, merge } from 'millrace/terms'
import { expect, test } from 'vitest'
import mutations from '../../test/fixtures/mutations.ts'
import { differenceInAnyOrder, differenceInOrder } from './difference.ts'

const MS = 60_000
const places = (differences: readonly Difference[]) =>
  [...new Set(differences.map(({ in: place, name, term }) => `${place} ${name} of ${term}`))].sort()

test('a graph that keeps the rules gives the same under every strategy', { timeout: MS }, async () => {
  const { isEqual, runs, differences } = await compareStrategies(() => mutations({ kind: 'none' }))
  expect(differences).toEqual([])
  expect([isEqual, runs.map(({ name, outcome, items }) => [name, outcome, items?.out])]).toEqual([
    true,
    ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid', 'inline again'].map((name) => [
      name,
      'completed',
      600,
    ]),
  ])
})

test('a branch that changes its item is found', { timeout: MS }, async () => {
  const { isEqual, differences } = await compareStrategies(() => mutations({ kind: 'item' }), {
    strategies: ['inline', 'dedicated'],
  })
  expect(isEqual).toBe(false)
  expect(differences[0]).toEqual({
    ...{ run: 'dedicated', in: 'output', name: 'price', term: 'id', index: 0, path: '.cents' },
    ...{ expected: 200, seen: 100 },
  })
})

test('a state that is passed on and changed is found', { timeout: MS }, async () => {
  const { isEqual, differences } = await compareStrategies(() => mutations({ kind: 'state' }), {
    strategies: ['inline', 'dedicated'],
  })
  expect([isEqual, places(differences)]).toEqual([false, ['output out of scan']])
  expect(differences[0]).toMatchObject({ run: 'dedicated', index: 0 })
})

test('what is kept in the module is found', { timeout: MS }, async () => {
  const { isEqual, differences } = await compareStrategies(() => mutations({ kind: 'module' }), {
    strategies: ['inline', 'pool'],
  })
  expect([isEqual, places(differences)]).toEqual([false, ['output out of map']])
  expect(differences.map(({ run }) => run)).toContain('inline again')
})

test('results of sinks are compared, and where in them they differ is said', async () => {
  let runs = 0
  const make = () => {
    const first = runs++
    return fromIterable([1, 2]).pipe(
      map((n) => ({ n: [n, first] })),
      collect(),
    )
  }
  const { differences } = await compareStrategies(make, { strategies: ['inline'] })
  expect(differences).toEqual([
    {
      ...{ run: 'inline again', in: 'result', name: 'collect', term: 'collect', index: undefined },
      ...{ path: '[0].n[1]', expected: 1, seen: 2 },
    },
  ])
})

test('where order is not promised it is not compared', async () => {
  let turn = 0
  const make = () => {
    const isFirstLate = turn++ % 2 === 0
    const slow = (isLate: boolean) =>
      mapAsync(async (n: number) => (isLate ? await Promise.resolve(n) : n), { concurrency: 1 })
    return fromIterable([1, 2, 3]).parallel(slow(isFirstLate), slow(!isFirstLate)).pipe(merge())
  }
  const { isEqual } = await compareStrategies(make, { strategies: ['inline'] })
  expect(isEqual).toBe(true)
})

test('runs that fail or are refused are told', async () => {
  const failing = () =>
    fromIterable([1]).pipe(
      map((): number => {
        throw new Error('no luck')
      }),
    )
  const { isEqual, runs, differences } = await compareStrategies(failing, { strategies: ['inline', 'pool'] })
  expect(runs.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['inline', 'failed'],
    ['pool', 'failed'],
    ['inline again', 'failed'],
  ])
  expect([isEqual, differences.length, differences[0]]).toMatchObject([
    false,
    1,
    { run: 'pool', in: 'outcome', expected: expect.stringContaining('no luck [TERM_FAILED]') },
  ])
  await expect(compareStrategies(failing, { strategies: ['inlin' as never] })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  })
})

test.each([
  [[1, 2], [1, 2], undefined],
  [[1], [1, 2], { index: 1, path: '', expected: undefined, seen: 2 }],
  [
    [{ a: { 'b c': [1] } }],
    [{ a: { 'b c': [2] } }],
    { index: 0, path: '.a["b c"][0]', expected: 1, seen: 2 },
  ],
  [[0], [-0], { index: 0, path: '', expected: 0, seen: -0 }],
  [[Number.NaN], [Number.NaN], undefined],
  [
    [new Map([[1, 2]])],
    [new Map([[1, 3]])],
    { index: 0, path: '', expected: new Map([[1, 2]]), seen: new Map([[1, 3]]) },
  ],
])('%o and %o differ first in %o', (one, other, expected) => {
  expect(differenceInOrder(one, other)).toEqual(expected)
})

test('in any order, the item that has no partner is named', () => {
  expect(differenceInAnyOrder([1, 2, 2], [2, 1, 2])).toBeUndefined()
  expect(differenceInAnyOrder([1, 2, 2], [2, 1, 3])).toEqual({
    index: undefined,
    path: '',
    expected: 2,
    seen: 3,
  })
})
