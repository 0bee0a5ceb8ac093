/** Goal: what `stringDiff` gives, joined, is the text. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, stringDiff, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

test('gives the parts of a growing text, and nothing where nothing was added', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), async (parts) => {
      const texts = parts.map((_, i) => parts.slice(0, i + 1).join(''))
      expect(await toArray(fromIterable(texts).pipe(stringDiff()))).toEqual(
        parts.filter((part) => part !== ''),
      )
    }),
  )
})

test('a rewritten text is passed on whole, or is an error', async () => {
  const texts = fromIterable(['abc', 'ab', 'abd'])
  expect(await toArray(texts.pipe(stringDiff()))).toEqual(['abc', 'ab', 'd'])
  await expect(toArray(texts.pipe(stringDiff({ onRewrite: 'fail' })))).rejects.toEqual(
    badInput('stringDiff', '3 characters came before, 2 now'),
  )
})

test('refuses what makes no sense', async () => {
  expect(() => stringDiff({ onRewrite: 'x' as never })).toThrow(invalidOption('onRewrite'))
  await expect(toArray(fromIterable([1 as unknown as string]).pipe(stringDiff()))).rejects.toEqual(
    badInput('stringDiff', 'takes texts'),
  )
})
