/** Goal: a text's shingles are exactly its different character runs, as sorted hashes, at any length. */
import { expect, test } from 'vitest'
import { jaccard } from './jaccard.ts'
import { shingles } from './shingles.ts'

test('there is one hash for each different run', () => {
  const text = 'a variety of a variety of aster'
  const runs = new Set(Array.from({ length: text.length - 4 }, (_, i) => text.slice(i, i + 5)))
  expect(shingles(text).length).toBe(runs.size)
  expect(shingles('abcabc', 3).length).toBe(3)
})

test('hashes are sorted and without repeats', () => {
  const found = [...shingles('the quality of being the quality of being')]
  expect(found).toEqual([...new Set(found)].sort((a, b) => a - b))
})

test('a text shorter than a shingle is one shingle, the empty text none', () => {
  expect(['', 'a', 'owls', 'moles'].map((text) => shingles(text).length)).toEqual([0, 1, 1, 1])
  expect(shingles('owl')).not.toEqual(shingles('owls'))
})

test('the result is a buffer of its own size, so that a clone carries nothing else', () => {
  const found = shingles('aaaaaaaaaaaaaaaaaaaaaaaa')
  expect([found.length, found.buffer.byteLength]).toEqual([1, 4])
})

test('a plural changes little, another word much', () => {
  const likeness = (a: string, b: string) => Number(jaccard(shingles(a), shingles(b)).toFixed(2))
  const text = 'a genus of bacteria that live in soil and water'
  expect(likeness(text, 'a genus of bacteria that live in soils and water')).toBe(0.81)
  expect(likeness(text, 'a genus of bacteria that live in milk and water')).toBe(0.69)
})
