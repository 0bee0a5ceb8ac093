/** Goal: the search finds what comparing every pair finds, in any order of arrival and across a snapshot. */
import { expect, test } from 'vitest'
import { bruteForce } from './brute-force.ts'
import { add, nearDuplicates } from './near-duplicates.ts'
import { comparePairs, type Pair } from './pairs.ts'
import { type Sketch, shinglesOf, sketch } from './sketch.ts'
import { synsets } from './wordnet.fixture.ts'

function search(sketches: readonly Sketch[], threshold = 0.8): Pair[] {
  const state = nearDuplicates(threshold)
  return sketches.flatMap((one) => add(state, one)).sort(comparePairs)
}

/** Animals and their groups: much alike, with many twins. */
const nouns = synsets('noun').slice(12_500, 15_000).map(sketch)

test('on real glosses the pairs are those of brute force', () => {
  const expected = bruteForce(
    nouns.map((one) => ({ ...one, shingles: shinglesOf(one) })),
    0.8,
  )
  expect(expected.length).toBe(198)
  expect(search(nouns)).toEqual(expected)
})

test('the order of arrival does not matter', () => {
  expect(search(nouns.toReversed())).toEqual(search(nouns))
})

test('a search goes on from a clone of its state', () => {
  const state = nearDuplicates()
  const before = nouns.slice(0, 1_000).flatMap((one) => add(state, one))
  const clone = structuredClone(state)
  const after = nouns.slice(1_000).flatMap((one) => add(clone, one))
  expect([...before, ...after].sort(comparePairs)).toEqual(search(nouns))
})

test('twins make every pair and take one place in the table', () => {
  const state = nearDuplicates()
  const glosses = [
    'A variety of aster',
    'a variety of aster',
    'a variety of asters',
    '"a variety of aster"',
    '--',
    '--',
  ]
  const found = glosses.flatMap((gloss, i) => add(state, sketch({ id: `n${i}`, gloss })))
  expect(found.map(({ a, b, jaccard }) => `${a} ${b} ${jaccard.toFixed(2)}`).sort()).toEqual([
    'n0 n1 1.00',
    'n0 n2 0.93',
    'n0 n3 1.00',
    'n1 n2 0.93',
    'n1 n3 1.00',
    'n2 n3 0.93',
  ])
  expect([state.ids.length, state.table.sets]).toEqual([4, 2])
})
