// Goal: the workloads are what they say: the same costs for a seed, the known trees, stages that keep their sum.

import { expect, test } from 'vitest'
import { type Board, children, countBelow, emptyBoard, trees } from './boards.ts'
import { costsOf } from './costs.ts'
import { pagesOf, stages, total, totalOfAll } from './pages.ts'

test('costs depend on the seed alone, come in runs of eight and add up to 100 ms', () => {
  const costs = costsOf(1, 400, 1_000)
  expect(costsOf(1, 400, 1_000)).toEqual(costs)
  expect(costsOf(2, 400, 1_000)).not.toEqual(costs)
  expect(new Set(costs.slice(0, 8)).size).toBe(1)
  const ms = costs.reduce((sum, steps) => sum + steps, 0) / 1e6
  expect(ms).toBeGreaterThan(99)
  expect(ms).toBeLessThan(101)
})

test('the trees of small boards have the known numbers of nodes and full boards', () => {
  const counted = trees.slice(0, 3).map(({ size }) => ({
    size,
    boards: nodesBelow(emptyBoard, size),
    solutions: countBelow(emptyBoard, size),
  }))
  expect(counted).toEqual(trees.slice(0, 3))
})

test('a page has 20 KB', () => {
  const bytes = JSON.stringify(pagesOf(10)[9]).length
  expect(bytes).toBeGreaterThan(18_000)
  expect(bytes).toBeLessThan(22_000)
})

test('the sum of all pages after all stages is that of the arithmetic', () => {
  const sum = pagesOf(3).reduce(
    (so, page) => so + total(stages.reduce((last, stage) => stage(last), page)),
    0,
  )
  expect(sum).toBe(totalOfAll(3))
})

function nodesBelow(board: Board, size: number): number {
  if (board.row === size) return 1
  return children(board, size).reduce((sum, child) => sum + nodesBelow(child, size), 1)
}
