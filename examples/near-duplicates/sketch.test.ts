/** Goal: a sketch holds the band keys and the shingles of its gloss, and survives a clone. */
import { expect, test } from 'vitest'
import { bands } from './bands.ts'
import { minHash } from './min-hash.ts'
import { shingles } from './shingles.ts'
import { bandsOf, shinglesOf, sketch } from './sketch.ts'

test('a sketch gives back its bands and its shingles', () => {
  const made = sketch({ id: 'n00000001', gloss: 'A genus of Bacteria!' })
  const set = shingles('a genus of bacteria')
  expect([bandsOf(made), shinglesOf(made)]).toEqual([bands(minHash(set)), set])
  expect(structuredClone(made)).toEqual(made)
})

test('a gloss without letters has neither', () => {
  const made = sketch({ id: 'n00000001', gloss: '--' })
  expect([bandsOf(made).length, shinglesOf(made).length]).toEqual([0, 0])
})
