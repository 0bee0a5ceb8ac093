/** Goal: values go to lines and back unchanged; a line that is no JSON is named or left out. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNdjson, fromIterable, ndjson, parseNdjson, toArray, writeNdjson } from '../index.ts'
import { REFUSED, settings } from '../shape/test/everywhere.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test('there and back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), settings(), async (items, options) => {
      const values = items.map((item) => JSON.parse(JSON.stringify(item)) as unknown)
      expect(await toArray(fromIterable(items).pipe(formatNdjson(), parseNdjson()), options)).toEqual(values)
    }),
  )
})

test('by way of a file, packed or not', async () => {
  const folder = await temporaryFolder()
  const items = Array.from({ length: 500 }, (_, n) => ({ n, text: 'é\n' }))
  for (const name of ['a.ndjson', 'a.ndjson.gz']) {
    await run(fromIterable(items).pipe(writeNdjson(join(folder, name)))).done
    expect(await toArray(ndjson(join(folder, name)))).toEqual(items)
  }
})

test('a line that is no JSON is named by its number, or left out', async () => {
  const lines = fromIterable(['1', '', '{', '2'])
  await expect(toArray(lines.pipe(parseNdjson()))).rejects.toMatchObject({
    term: 'parseNdjson',
    cause: { code: 'BAD_INPUT', message: expect.stringMatching(/^Line 3 is no JSON/) },
  })
  expect(await toArray(lines.pipe(parseNdjson({ invalid: 'skip' })))).toEqual([1, 2])
})

test('large integers are kept if asked for, and nothing else changes', async () => {
  const line =
    '{"id":12345678901234567890,"n":[-9007199254740993,9007199254740992,1,5e-324,1e-323,1e400,-0,0.12345678901234566],' +
    '"s":"12345678901234567890 \\" 12345678901234567890","__proto__":{"x":12345678901234567890},"z":1,"z":null}'
  const of = async (options: object) => (await toArray(fromIterable([line]).pipe(parseNdjson(options))))[0]
  const kept = (text: string) => ({
    bigint: BigInt(text),
    text,
  })
  expect(await of({})).toEqual(JSON.parse(line))
  for (const largeIntegers of ['bigint', 'text'] as const) {
    const big = (text: string) => kept(text)[largeIntegers]
    const item = (await of({ largeIntegers })) as unknown as Record<string, unknown>
    expect(Object.keys(item)).toEqual(['id', 'n', 's', '__proto__', 'z'])
    expect(Object.getOwnPropertyDescriptor(item, '__proto__')?.value).toEqual({
      x: big('12345678901234567890'),
    })
    expect([item['id'], item['n'], item['s'], item['z']]).toEqual([
      big('12345678901234567890'),
      [
        big('-9007199254740993'),
        big('9007199254740992'),
        1,
        5e-324,
        1e-323,
        Number.POSITIVE_INFINITY,
        -0,
        0.12345678901234566,
      ],
      '12345678901234567890 " 12345678901234567890',
      null,
    ])
  }
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const text = JSON.stringify([value, 1234567890123456])
      const parsed = toArray(fromIterable([text]).pipe(parseNdjson({ largeIntegers: 'bigint' })))
      const wanted = JSON.parse(text, (_key, part: unknown) =>
        typeof part === 'number' &&
        Number.isInteger(part) &&
        !Number.isSafeInteger(part) &&
        /^-?\d+$/.test(String(part))
          ? BigInt(String(part))
          : part,
      ) as unknown
      expect(await parsed).toEqual([wanted])
    }),
  )
  expect(() => parseNdjson({ largeIntegers: 'number' as never })).toThrow(REFUSED)
  const file = join(await temporaryFolder(), 'large.ndjson')
  await writeFile(file, '{"id":12345678901234567890}\n')
  for (const invalid of ['fail', 'skip'] as const) {
    expect(await toArray(ndjson<unknown>(file, { largeIntegers: 'bigint', invalid }))).toEqual([
      { id: 12345678901234567890n },
    ])
  }
  expect(() => ndjson(file, { largeIntegers: 'bigint', fields: { id: 'number' } } as never)).toThrow(REFUSED)
})

test('bigints are refused, or become text', async () => {
  const items = fromIterable([{ id: 12345678901234567890n, list: [1n] }])
  await expect(toArray(items.pipe(formatNdjson()))).rejects.toMatchObject({
    term: 'formatNdjson',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('bigints: "text"') },
  })
  expect(await toArray(items.pipe(formatNdjson({ bigints: 'text' })))).toEqual([
    '{"id":"12345678901234567890","list":["1"]}',
  ])
  const circle: { self?: unknown } = {}
  circle.self = circle
  await expect(toArray(fromIterable([circle]).pipe(formatNdjson()))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(() => formatNdjson({ bigints: 'number' as never })).toThrow(REFUSED)
})

test('what has no JSON fails; refuses what makes no sense', async () => {
  await expect(toArray(fromIterable([() => 1]).pipe(formatNdjson()))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(() => parseNdjson({ invalid: 'drop' as never })).toThrow(REFUSED)
})

test.each([
  [{ a: [1, { b: Number.NaN }] }, 'item.a[1].b is NaN'],
  [[Number.NEGATIVE_INFINITY], 'item[0] is -Infinity'],
  [{ seen: new Map([[1, 2]]) }, 'item.seen is a Map'],
  [new Set([1]), 'item is a Set'],
])('what JSON would leave out is refused: %o', async (item, why) => {
  await expect(toArray(fromIterable([item]).pipe(formatNdjson()))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining(why) },
  })
})

test('null, empty objects and words that look like them are written', async () => {
  const items = [null, {}, { a: null, b: {} }, 'null {}', { at: new Date(0), none: null }]
  const lines = await toArray(fromIterable(items).pipe(formatNdjson()))
  expect(lines).toEqual(items.map((item) => JSON.stringify(item)))
})
