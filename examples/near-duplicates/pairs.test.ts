/** Goal: a pair, its place and its line depend on the two synsets alone. */
import { expect, test } from 'vitest'
import { comparePairs, pairLine, pairOf } from './pairs.ts'

const first = { id: 'a00000002', gloss: 'quoted "so"' }
const second = { id: 'n00000001', gloss: 'plain' }

test('a pair is the same from either side', () => {
  const pair = { a: 'a00000002', b: 'n00000001', jaccard: 0.9, left: 'quoted "so"', right: 'plain' }
  expect([pairOf(first, second, 0.9), pairOf(second, first, 0.9)]).toEqual([pair, pair])
})

test('a line has its keys in order and four decimals', () => {
  expect(pairLine(pairOf(second, first, 6 / 7))).toBe(
    '{"a":"a00000002","b":"n00000001","jaccard":0.8571,"left":"quoted \\"so\\"","right":"plain"}',
  )
})

test('pairs are ordered by a, then by b', () => {
  const ids = [
    ['n2', 'v1'],
    ['a1', 'n2'],
    ['n2', 'n3'],
    ['a1', 'n10'],
  ] as const
  const pairs = ids.map(([a, b]) => pairOf({ id: a, gloss: '' }, { id: b, gloss: '' }, 1))
  expect(pairs.sort(comparePairs).map(({ a, b }) => `${a} ${b}`)).toEqual([
    'a1 n10',
    'a1 n2',
    'n2 n3',
    'n2 v1',
  ])
  expect(comparePairs(pairOf(first, second, 1), pairOf(second, first, 1))).toBe(0)
})
