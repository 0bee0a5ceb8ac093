/** Goal: a graph of any size and shape is folded into a picture that can be read, and no term is lost. */

import { expect, test } from 'vitest'
import { type Folded, fold, MAX_BOXES } from './fold.ts'
import type { Picture } from './picture.ts'

function picture(size: number, edges: readonly (readonly [number, number])[]): Picture {
  return {
    nodes: Array.from({ length: size }, (_, n) => ({ id: n === 0 ? 'map' : `map#${n + 1}`, kind: 'map' })),
    edges: edges.map(([from, to]) => ({ from, to, output: 'out', input: 'out', port: '' })),
  }
}

const chain = (size: number) =>
  picture(
    size,
    Array.from({ length: size - 1 }, (_, n) => [n, n + 1] as const),
  )

const fan = (size: number) =>
  picture(size, [
    ...Array.from({ length: size - 2 }, (_, n) => [0, n + 1] as const),
    ...Array.from({ length: size - 2 }, (_, n) => [n + 1, size - 1] as const),
  ])

/** Rows side by side, all between the first and the last. */
const rows = (count: number, length: number) =>
  picture(
    count * length + 2,
    Array.from({ length: count }, (_, row) => {
      const at = 1 + row * length
      return [
        [0, at],
        ...Array.from({ length: length - 1 }, (__, n) => [at + n, at + n + 1]),
        [at + length - 1, count * length + 1],
      ] as [number, number][]
    }).flat(),
  )

/** Every term of a layer writes to two of the next: reduces to nothing. */
const mesh = (layers: number, width: number) =>
  picture(
    layers * width,
    Array.from({ length: (layers - 1) * width }, (_, n) => {
      const [layer, at] = [Math.floor(n / width), n % width]
      const next = (layer + 1) * width
      return [
        [n, next + at],
        [n, next + ((at + 1) % width)],
      ] as [number, number][]
    }).flat(),
  )

const ring = (size: number) =>
  picture(
    size,
    Array.from({ length: size }, (_, n) => [n, (n + 1) % size] as const),
  )

function membersOf({ boxes }: Folded): number[] {
  return boxes.flatMap(({ members }) => [...members]).sort((a, b) => a - b)
}

test.each([
  ['a small graph', chain(12), 12],
  ['10,000 terms in a row', chain(10_000), MAX_BOXES],
  ['10,000 branches', fan(10_000), 3],
  ['100 rows of 100', rows(100, 100), MAX_BOXES],
  ['a mesh of 10,000', mesh(100, 100), MAX_BOXES],
  ['a ring', ring(1000), MAX_BOXES],
  ['no edges', picture(5000, []), 1],
])('%s', (_, graph, most) => {
  const folded = fold(graph)
  expect(folded.boxes.length).toBeLessThanOrEqual(most)
  expect(membersOf(folded)).toEqual(graph.nodes.map((__, n) => n))
})

test('a row keeps its beginning, its end and its order', () => {
  const { boxes, links } = fold(chain(1000), undefined, 10)
  expect(boxes).toHaveLength(10)
  expect(links.map(({ from, to }) => [from, to])).toEqual(Array.from({ length: 9 }, (_, n) => [n, n + 1]))
})

test('a group is named after what is in it', () => {
  expect(fold(fan(100)).boxes.map(({ label, members }) => `${label} ${members.length}`)).toEqual([
    'map 1',
    'map 98',
    'map#100 1',
  ])
})

test('an opened group shows its members, folded if they are many', () => {
  const graph = chain(10_000)
  const [first] = fold(graph).boxes
  const inside = fold(graph, first?.members)
  expect(membersOf(inside)).toEqual(first?.members)
  expect(inside.boxes.length).toBeGreaterThan(1)
  expect(inside.boxes.length).toBeLessThanOrEqual(MAX_BOXES)
})

test('edges between two groups are one link that knows them all', () => {
  const { links } = fold(fan(100))
  expect(links.map(({ from, to, edges }) => [from, to, edges.length])).toEqual([
    [0, 1, 98],
    [1, 2, 98],
  ])
})
