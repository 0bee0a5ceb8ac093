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

test('U+FEFF is kept within strings, wherever the text is cut', async () => {
  const text = `\ufeff[ "\ufeff", "a\ufeff\ufeffb", "\\\\\ufeff", {"\ufeffk": "\\ufeff"} ]`
  const values = ['\ufeff', 'a\ufeff\ufeffb', '\\\ufeff', { '\ufeffk': '\ufeff' }]
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size++) {
    const count = Math.ceil(bytes.length / size)
    const chunks = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
    expect(await toArray(fromIterable(chunks).pipe(parseJson()))).toEqual(values)
  }
  expect(await toArray(fromIterable([...text]).pipe(parseJson()))).toEqual(values)
  expect(await toArray(fromIterable(['["\ud83d', '\ude00"]']).pipe(parseJson()))).toEqual(['😀'])
})

test('large integers are kept if asked for', async () => {
  const text =
    '[12345678901234567890, -9007199254740993, 9007199254740991, 1e20, 0.12345678901234566, "1234567890123456789"]'
  const of = (options: object) => toArray(fromIterable([text]).pipe(parseJson(options)))
  const rest = [9007199254740991, 1e20, 0.12345678901234566, '1234567890123456789']
  expect(await of({})).toEqual(JSON.parse(text))
  expect(await of({ largeIntegers: 'bigint' })).toEqual([12345678901234567890n, -9007199254740993n, ...rest])
  expect(await of({ largeIntegers: 'text' })).toEqual(['12345678901234567890', '-9007199254740993', ...rest])
  // as bytes, cut anywhere
  const bytes = Buffer.from(text)
  for (let size = 1; size < bytes.length; size += 11) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)),
    )
    const read = fromIterable(chunks).pipe(parseJson({ largeIntegers: 'bigint' }))
    expect(await toArray(read)).toEqual([12345678901234567890n, -9007199254740993n, ...rest])
  }
  expect(() => parseJson({ largeIntegers: 'number' as never })).toThrow(REFUSED)
})

test('what is no JSON, is nothing, or ends too early, fails the run', async () => {
  for (const text of ['[1, x]', '[1, 2', '[1]]', '', ' \n', '\ufeff', '["\\\ufeff"]', '["\ud83d"]']) {
    await expect(toArray(fromIterable([text]).pipe(parseJson()))).rejects.toMatchObject({
      term: 'parseJson',
      cause: { code: 'BAD_INPUT' },
    })
  }
  expect(() => parseJson({ path: 'rows' })).toThrow(REFUSED)
})
