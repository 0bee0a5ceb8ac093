/** Goal: the elements do not depend on how the text is cut; what is no JSON fails. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, parseJson, take, toArray } from '../index.ts'
import { naturals, REFUSED, settings } from '../shape/test/everywhere.ts'

test('equals JSON.parse of the whole, wherever it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      settings(),
      async (items, size, options) => {
        const bytes = Buffer.from(JSON.stringify(items, undefined, 1))
        const count = Math.ceil(bytes.length / size)
        const chunks = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
        const values = JSON.parse(bytes.toString()) as unknown[]
        expect(await toArray(fromIterable(chunks).pipe(parseJson()), options)).toEqual(values)
      },
    ),
    { numRuns: 60 },
  )
})

test('an array without an end is given as it comes, and let go', async () => {
  const { source, closed } = naturals()
  function* text() {
    yield '['
    for (const n of source()) yield `${n},`
  }
  expect(await toArray(fromIterable(text).pipe(parseJson(), take(3)))).toEqual([0, 1, 2])
  expect(closed()).toBe(true)
})

test('what is no JSON, or ends too early, fails the run', async () => {
  for (const text of ['[1, x]', '[1, 2', '[1]]']) {
    await expect(toArray(fromIterable([text]).pipe(parseJson()))).rejects.toMatchObject({
      term: 'parseJson',
      cause: { code: 'BAD_INPUT' },
    })
  }
  expect(() => parseJson({ path: 'rows' })).toThrow(REFUSED)
})
