/** Goal: lines do not depend on how the bytes are cut, and joined they are the bytes again. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, joinLines, splitLines, toArray } from '../index.ts'
import { REFUSED, settings } from '../shape/test/everywhere.ts'

/** Cuts bytes at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const line = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', ' ', '\u2028') })

test('equals a split of the whole text, wherever it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 8 }),
      settings(),
      async (lines, ends, places, options) => {
        const text = lines.join('\n') + (ends ? '\n' : '')
        const expected = text.split('\n').map((each) => each.replace(/\r$/, ''))
        if (text === '' || text.endsWith('\n')) expected.pop()
        const chunks = cut(Buffer.from(text), places)
        expect(await toArray(fromIterable(chunks).pipe(splitLines()), options)).toEqual(expected)
      },
    ),
    { numRuns: 100 },
  )
})

test('joinLines and splitLines undo each other, whatever the size of the chunks', async () => {
  const plain = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ' '))
  await fc.assert(
    fc.asyncProperty(fc.array(plain), fc.integer({ min: 1, max: 40 }), async (lines, chunkChars) => {
      const chunks = await toArray(fromIterable(lines).pipe(joinLines({ chunkChars })))
      expect(Buffer.concat(chunks).toString()).toBe(lines.map((each) => `${each}\n`).join(''))
      expect(await toArray(fromIterable(chunks).pipe(splitLines()))).toEqual(lines)
    }),
  )
})

test('takes texts as well, and lines are bounded', async () => {
  expect(await toArray(fromIterable(['a\nb', 'c\n']).pipe(splitLines()))).toEqual(['a', 'bc'])
  const bounded = splitLines({ maxLineBytes: 3 })
  expect(await toArray(fromIterable(['abc\n', 'de', 'f']).pipe(bounded))).toEqual(['abc', 'def'])
  await expect(toArray(fromIterable(['ab', 'cd']).pipe(bounded))).rejects.toMatchObject({
    term: 'splitLines',
    cause: { code: 'BAD_INPUT' },
  })
})

test('a text may be cut within a character', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.array(fc.nat(), { maxLength: 8 }),
      settings(),
      async (lines, places, options) => {
        const text = lines.map((each) => `${each}\n`).join('')
        const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
        const chunks = at.slice(1).map((end, i) => text.slice(at[i], end))
        const expected = lines.map((each) => each.replace(/\r$/, ''))
        expect(await toArray(fromIterable(chunks).pipe(splitLines()), options)).toEqual(expected)
      },
    ),
    { numRuns: 50 },
  )
})

test('what is no UTF-8, or half a character, is refused; latin1 takes any bytes', async () => {
  const wrong: (readonly (Uint8Array | string)[])[] = [
    [Buffer.from([0x61, 0xff, 0x0a])],
    [Buffer.from([0x61, 0xc3])],
    ['a\ud83d'],
    ['a\ud83d', Buffer.from('b\n')],
    ['\ude00\n'],
  ]
  for (const chunks of wrong) {
    await expect(toArray(fromIterable(chunks).pipe(splitLines()))).rejects.toMatchObject({
      term: 'splitLines',
      cause: { code: 'BAD_INPUT' },
    })
  }
  const latin1 = splitLines({ encoding: 'latin1' })
  expect(await toArray(fromIterable([Buffer.from([0x61, 0xff, 0x0a]), 'é']).pipe(latin1))).toEqual([
    'aÿ',
    'é',
  ])
  await expect(toArray(fromIterable(['😀']).pipe(latin1))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  await expect(toArray(fromIterable(['\ud83d']).pipe(joinLines()))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
})

test('refuse what makes no sense', async () => {
  expect(() => splitLines({ maxLineBytes: 0 })).toThrow(REFUSED)
  expect(() => joinLines({ chunkChars: 0 })).toThrow(REFUSED)
  expect(() => splitLines({ encoding: 'utf16le' as never })).toThrow(REFUSED)
  for (const term of [splitLines(), joinLines()]) {
    await expect(toArray(fromIterable([3 as never]).pipe(term as never))).rejects.toMatchObject({
      cause: { code: 'INVALID_OPTION' },
    })
  }
})
