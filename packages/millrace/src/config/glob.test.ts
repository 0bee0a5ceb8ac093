/** Goal: patterns mean what a regular expression with `.*` and `.` would, without its running time. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitsGlob, nearestToGlob } from './glob.ts'

test.each([
  ['sketch*', 'sketchWords', true],
  ['sketch*', 'sketch', true],
  ['*s', 'sketchWords', true],
  ['s?etch*', 'sketch', true],
  ['sketch', 'sketchWords', false],
  ['map?2', 'map#2', true],
  ['a.c', 'abc', false],
  ['[ab]', 'a', false],
  ['?', '🙂', true],
  ['', '', true],
  ['', 'a', false],
])('%j, %j: %j', (pattern, text, fits) => {
  expect(fitsGlob(pattern, text)).toBe(fits)
})

test('law: as the regular expression', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (glob, seen) => {
      const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      expect(fitsGlob(glob, seen)).toBe(expression.test(seen))
    }),
    { numRuns: 1000 },
  )
})

test('a pattern that ruins regular expressions is answered at once', () => {
  expect(fitsGlob(`${'*a'.repeat(30)}*b`, 'a'.repeat(5000))).toBe(false)
})

test.each([
  ['sketsh*', 'sketchWords'],
  ['*Leters', 'sketchLetters'],
  ['SKETCH*', 'sketchWords'],
  ['mpa*', 'map'],
  ['mpa', 'map'],
  ['x*', undefined],
  ['reduce*', undefined],
])('%j means %j', (pattern, meant) => {
  expect(nearestToGlob(pattern, ['map', 'sketchWords', 'sketchLetters'])).toBe(meant)
})
