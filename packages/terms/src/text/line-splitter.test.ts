/** Goal: however a text is cut into pieces, its lines are those of the whole text. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, lineSplitter, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

const text = fc
  .array(fc.constantFrom('a', 'é', '😀', '\r', '\n', '\r\n', ' ', '\ufeff'), { maxLength: 60 })
  .map((parts) => parts.join(''))

function linesOf(whole: string): string[] {
  const cut = (whole.startsWith('\ufeff') ? whole.slice(1) : whole).split('\n')
  const last = cut.pop() as string
  const complete = cut.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  return last === '' ? complete : [...complete, last]
}

test('equals the lines of the whole text', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(6)), fc.integer(), async (whole, sizes, seed) => {
      const pieces: string[] = []
      let at = 0
      for (const size of sizes) pieces.push(whole.slice(at, (at += size)))
      pieces.push(whole.slice(at))
      const split = fromIterable(pieces).pipe(lineSplitter())
      expect(await toArray(split, randomOptions(new Random(seed)))).toEqual(linesOf(whole))
      expect(await toArray(split)).toEqual(linesOf(whole))
    }),
  )
})

test('lines are bounded, also while they have not ended', async () => {
  const splitter = lineSplitter({ maxLineChars: 3 })
  expect(await toArray(fromIterable(['abc\nd', 'ef\n', 'abc']).pipe(splitter))).toEqual(['abc', 'def', 'abc'])
  for (const pieces of [['ab', 'cd'], ['abcd\n'], ['ab', 'cd\n']]) {
    await expect(toArray(fromIterable(pieces).pipe(splitter))).rejects.toEqual(
      badInput('lineSplitter', 'a line of more than 3 characters'),
    )
  }
})

test('refuses bounds that make no sense, and what is no text', async () => {
  expect(() => lineSplitter({ maxLineChars: 0 })).toThrow(invalidOption('maxLineChars'))
  await expect(
    toArray(fromIterable([Buffer.from('x') as unknown as string]).pipe(lineSplitter())),
  ).rejects.toEqual(badInput('lineSplitter', 'takes pieces of text'))
})
