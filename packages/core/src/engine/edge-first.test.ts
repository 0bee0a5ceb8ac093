/** Goal: what is put in front of an edge is read first, and nothing that it holds is lost or read twice. */

import { expect, test } from 'vitest'
import { Random } from '../testing/index.ts'
import { Edge } from './edge.ts'

test('any mixture of batches, in front and behind, comes out as from a list', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed)
    const edge = new Edge('a', 'b', 'out', {}, new Set())
    const nobody = { wake: () => {}, onItems: () => {}, onReaderGone: () => {} }
    edge.writer = nobody
    edge.reader = nobody
    const expected: number[] = []
    let next = 0
    for (let step = 0; step < 60; step++) {
      const items = Array.from({ length: 1 + random.below(5) }, () => next++)
      const batch = { items, from: 0, to: items.length, times: undefined, itemBytes: 8 }
      const choice = random.below(4)
      if (choice === 0) {
        edge.push(batch)
        expected.push(...items)
      } else if (choice === 1) {
        edge.pushFirst(batch)
        expected.unshift(...items)
      } else {
        const { head } = edge
        if (head === undefined) continue
        const count = 1 + random.below(head.to - edge.at)
        const read = head.items.slice(edge.at, edge.at + count)
        edge.consume(count)
        expect(read, `seed ${seed}`).toEqual(expected.splice(0, count))
      }
      expect([edge.items, edge.bytes], `seed ${seed}`).toEqual([expected.length, 8 * expected.length])
    }
    expect(edge.takeTail(1000).items, `seed ${seed}`).toEqual(expected)
  }
})
