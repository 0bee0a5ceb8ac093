/** Goal: slips of the hand find their name, other words find none. */
import { expect, test } from 'vitest'
import { editsBetween, nearest } from './nearest.ts'

test.each([
  ['', '', 0],
  ['edge', 'edges', 1],
  ['sitting', 'kitten', 3],
  ['latset', 'latest', 1],
  ['', 'abc', 3],
])('%j is %j with %i edits', (a, b, edits) => {
  expect([editsBetween(a, b), editsBetween(b, a)]).toEqual([edits, edits])
})

test.each([
  ['batchitem', 'batchItems'],
  ['EDGES', 'edges'],
  ['egdes', 'edges'],
  ['workers', undefined],
  ['x', undefined],
])('%j means %j', (name, meant) => {
  expect(nearest(name, ['edges', 'batchItems', 'growthLimitItems'])).toBe(meant)
})
