/** Goal: every pair at or above the threshold is listed once, in order. */
import { expect, test } from 'vitest'
import { bruteForce } from './brute-force.ts'

test('pairs at the threshold count, pairs below do not', () => {
  const record = (id: string, ...shingles: number[]) => ({
    id,
    gloss: id,
    shingles: Uint32Array.from(shingles),
  })
  const records = [record('n3', 1, 2, 3, 4), record('n1', 1, 2, 3, 4, 5), record('n2', 1, 2, 3), record('n4')]
  expect(bruteForce(records, 0.75).map(({ a, b, jaccard }) => [a, b, jaccard])).toEqual([
    ['n1', 'n3', 0.8],
    ['n2', 'n3', 0.75],
  ])
})
