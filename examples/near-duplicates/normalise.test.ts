/** Goal: glosses that differ in case, accents or punctuation alone come out equal. */
import { expect, test } from 'vitest'
import { normalise } from './normalise.ts'

test.each([
  ['Usually followed by `to\'; "Able to SWIM"', 'usually followed by to able to swim'],
  ['a well-known café -- in  Zürich', 'a well known cafe in zurich'],
  ["it's 3.5%", 'it s 3 5'],
  ['ﬁne Ⅳ', 'fine iv'],
  ['москва', 'москва'],
  [' ...!? ', ''],
  ['', ''],
])('%j becomes %j', (text, expected) => {
  expect(normalise(text)).toBe(expected)
})
