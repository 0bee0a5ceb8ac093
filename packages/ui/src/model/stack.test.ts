// Goal: on a narrow screen everything is in one column, writers first, and nothing lies on anything else.

import { expect, test } from 'vitest'
import type { Folded } from './fold.ts'
import { stack } from './stack.ts'

const sizes = {
  boxWidth: 204,
  boxHeight: 64,
  labelWidth: 104,
  labelHeight: 20,
  portHeight: 14,
  hasPort: () => true,
}

const folded = (size: number, links: readonly (readonly [number, number])[]): Folded =>
  ({
    boxes: Array.from({ length: size }, (_, n) => ({ key: `${n}`, label: `${n}`, members: [n] })),
    links: links.map(([from, to]) => ({ from, to, edges: [] })),
  }) as unknown as Folded

const diamond = folded(5, [
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 4],
  [2, 4],
  [3, 4],
])

test.each([
  [
    'a chain',
    folded(3, [
      [0, 1],
      [1, 2],
    ]),
  ],
  ['a diamond', diamond],
  [
    'a cycle',
    folded(3, [
      [0, 1],
      [1, 2],
      [2, 1],
    ]),
  ],
  ['terms that nothing joins', folded(2, [])],
])('%s: boxes and labels are apart', (_, graph) => {
  const { width, height, boxes, links } = stack(graph, sizes)
  const labels = links.map(({ x, y }) => ({ from: y - 17, to: y + 17, x }))
  const all = [...boxes.map(({ y }) => ({ from: y, to: y + 64 })), ...labels].sort((a, b) => a.from - b.from)
  expect(all.filter(({ from }, at) => from < (all[at - 1]?.to ?? 0))).toEqual([])
  expect(all.at(-1)?.to).toBeLessThanOrEqual(height)
  for (const box of boxes) expect(box.x + box.width).toBeLessThanOrEqual(width)
  for (const { path } of links) {
    const xs = [...path.matchAll(/(-?[\d.]+),-?[\d.]+/g)].map(([, x]) => Number(x))
    expect([Math.min(...xs) >= 0, Math.max(...xs) <= width]).toEqual([true, true])
  }
})

test('writers stand above their readers, and lanes that cross do not share a place', () => {
  const { boxes, links, width } = stack(diamond, sizes)
  const top = (box: number): number => boxes[box]?.y ?? Number.NaN
  expect(diamond.links.every(({ from, to }) => top(to) > top(from))).toBe(true)
  const lane = (index: number): number =>
    Math.min(...[...(links[index]?.path ?? '').matchAll(/([\d.]+),/g)].map(([, x]) => Number(x)))
  // from the first box to the third, and from the second to the last
  expect(lane(1)).not.toBe(lane(3))
  expect(width).toBeLessThanOrEqual(262)
})

test('many lanes are shared, so that it stays narrow', () => {
  const links = Array.from({ length: 30 }, (_, n) => [n, 59 - n] as const)
  expect(stack(folded(60, links), sizes).width).toBeLessThanOrEqual(300)
})
