/** Goal: every synset of WordNet is read, licence lines are not, and ids are unique. */
import { expect, test } from 'vitest'
import { parseSynset } from './synset.ts'
import { synsets } from './wordnet.fixture.ts'

test('a line gives its id and its gloss', () => {
  const line = '00001740 03 n 01 entity 0 003 ~ 00001930 n 0000 | that which is perceived; "a thing"  '
  expect(parseSynset(line, 'noun')).toEqual({ id: 'n00001740', gloss: 'that which is perceived; "a thing"' })
})

test('a satellite adjective has the letter of its file', () => {
  expect(parseSynset('00003552 00 s 02 emergent 0 | coming into existence', 'adj')).toEqual({
    id: 'a00003552',
    gloss: 'coming into existence',
  })
})

test('licence, blank and glossless lines give nothing', () => {
  const lines = ['  1 This software | and database  ', '', '00001740 03 n 01 entity 0 000']
  expect(lines.map((line) => parseSynset(line, 'noun'))).toEqual([undefined, undefined, undefined])
})

test('the four files hold the synsets that WordNet 3.1 counts', () => {
  const files = (['noun', 'verb', 'adj', 'adv'] as const).map(synsets)
  expect(files.map((file) => file.length)).toEqual([82_192, 13_789, 18_185, 3_625])
  expect(new Set(files.flat().map((synset) => synset.id)).size).toBe(117_791)
})
