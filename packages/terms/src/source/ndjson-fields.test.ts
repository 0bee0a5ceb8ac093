/** Goal: `ndjson` with `fields` gives what `JSON.parse` would, takes what it takes, and checks the types. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { run } from '@millrace/core'
import { parseJsonText } from '@millrace/core/engine'
import { MemoryStore } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, type Fields, map, ndjson, toArray } from '../index.ts'
import { ObjectScanner } from '../json/object-scanner.ts'
import { jsonReader } from '../json/typed-readers.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const NAMES = ['a', 'b', 'é', '__proto__', '']

/** The fields of one line, whatever their values; `undefined` if it is no JSON object. */
function scanned(line: string): Record<string, unknown> | undefined {
  const scanner = new ObjectScanner(NAMES)
  // what stands around a line must not be read
  scanner.bytes = Buffer.from(`"9e${line}0"}`)
  const end = scanner.bytes.length - 3
  const found: Record<string, unknown> = Object.create(null)
  for (let time = 0; time < 2; time++) {
    if (!scanner.scan(3, end)) return undefined
    NAMES.forEach((name, field) => {
      found[name] = jsonReader(name, (value: unknown) => value).read(scanner, field)
    })
  }
  return found
}

function parsed(line: string): Record<string, unknown> | undefined {
  let value: unknown
  try {
    value = parseJsonText(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const found: Record<string, unknown> = Object.create(null)
  for (const name of NAMES) found[name] = Object.hasOwn(value, name) ? (value as never)[name] : undefined
  return found
}

const key = fc.constantFrom(...NAMES, 'other', 'a"', '\\', '\n')
const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '😀', '\ud800', '/') })
const blank = fc.constantFrom('', '', '', ' ', '\t', ' \r')

/** A text as one may write it: with any characters escaped. */
const written = (value: string, isEscaped: boolean) =>
  isEscaped
    ? `"${Array.from({ length: value.length }, (_, i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
    : JSON.stringify(value)

const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
  fc.constantFrom('-0', '1e5', '1E+5', '0.10', '-1.5e-3', '12345678901234567890'),
)

const { value } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    fc.constantFrom('true', 'false', 'null'),
    fc.tuple(text, fc.boolean()).map(([t, isEscaped]) => written(t, isEscaped)),
    tie('object'),
    tie('array'),
  ),
  array: fc
    .tuple(blank, fc.array(tie('value'), { maxLength: 3 }))
    .map(([b, values]) => `[${b}${values.join(`${b},${b}`)}${b}]`),
  object: objectOf(tie('value')),
}))

function objectOf(values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const entry = fc
    .tuple(key, fc.boolean(), blank, values)
    .map(([k, e, b, v]) => `${written(k, e)}${b}:${b}${v}`)
  return fc
    .tuple(blank, fc.array(entry, { maxLength: 6 }))
    .map(([b, entries]) => `{${b}${entries.join(`${b},${b}`)}${b}}`)
}

test('the fields of any object, as JSON.parse has them', () => {
  fc.assert(
    fc.property(objectOf(value), blank, (object, b) => {
      const line = `${b}${object}${b}`
      expect(scanned(line)).toEqual(parsed(line))
      expect(scanned(line)).toBeDefined()
    }),
    { numRuns: 1500 },
  )
})

test('takes what JSON.parse takes, and nothing else', () => {
  const pieces = fc.constantFrom(
    '',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-',
    '.',
    'e',
    't',
    'null',
    '\\',
    '\u0001',
    ' ',
    'u',
  )
  fc.assert(
    fc.property(objectOf(value), fc.nat(), fc.nat(3), pieces, (object, place, count, piece) => {
      const at = place % (object.length + 1)
      const line = object.slice(0, at) + piece + object.slice(at + count)
      fc.pre((line as unknown as { isWellFormed(): boolean }).isWellFormed())
      expect(scanned(line)).toEqual(parsed(line))
    }),
    { numRuns: 6000 },
  )
})

async function read(content: string | Buffer, fields: Fields<unknown>, name = 'data.ndjson') {
  const file = join(await temporaryFolder(), name)
  await writeFile(file, content)
  return toArray(ndjson(file, { fields }))
}

test('values of their types, from a file, packed or not', async () => {
  const lines = Array.from({ length: 9_000 }, (_, n) => ({
    n: n / 4,
    skipped: { n: [n, '}"'] },
    path: `/é/${n % 7}`,
    ok: n % 2 === 0,
    at: new Date(n * 1e9).toISOString(),
    ...(n % 3 === 0 ? {} : { note: n % 3 === 1 ? null : '"\n' }),
  }))
  const content = `\ufeff${lines.map((line) => JSON.stringify(line)).join('\r\n\n')}`
  const fields = { at: 'time', path: 'string', n: 'number', ok: 'boolean', note: 'string?' } as const
  const expected = lines.map(({ at, path, n, ok, note }) => ({
    at: Date.parse(at),
    path,
    n,
    ok,
    note: note ?? null,
  }))
  expect(await read(content, fields)).toEqual(expected)
  expect(await read(gzipSync(content), fields, 'data.ndjson.gz')).toEqual(expected)
  expect(await read('', fields)).toEqual([])
})

const wrong: readonly [line: string, spec: Fields<unknown>[string], text: string][] = [
  ['{"n":', 'number', 'is no JSON: '],
  ['{"n":1}}', 'number', 'is no JSON: '],
  ['[1]', 'number', 'is no object'],
  ['{}', 'number', "it has no field n. Say 'number?' if it may be left out."],
  ['{"n":null}', 'number', "n is null, which is no number. Say 'number?' if it may be null."],
  ['{"n":"1"}', 'number?', 'n is "1", which is no number.'],
  ['{"n":9007199254740993}', 'number', 'n is 9007199254740993, which is no number.'],
  ['{"n":1}', 'string', 'n is 1, which is no string.'],
  ['{"n":[1]}', 'boolean', 'n is [1], which is no boolean.'],
  ['{"n":"2026-02-30"}', 'date', 'n is "2026-02-30", which is no date.'],
  [
    '{"n":2}',
    (n: unknown) => {
      throw new Error(`not ${n}`)
    },
    'fields.n failed on 2: not 2',
  ],
]

test.each(wrong)('%s is refused', async (line, spec, message) => {
  const good =
    spec === 'string' ? '"x"' : spec === 'boolean' ? 'true' : spec === 'date' ? '"2026-01-01"' : '1'
  const content = typeof spec === 'function' ? `\n\n${line}` : `{"n":${good}}\n\n${line}\n{"n":${good}}`
  await expect(read(content, { n: spec })).rejects.toEqual(badInput('ndjson', `Line 3 of `))
  await expect(read(content, { n: spec })).rejects.toEqual(badInput('ndjson', message))
})

test('a run that is resumed reads on where it was, and counts the lines before', async () => {
  const file = join(await temporaryFolder(), 'long.ndjson')
  const lines = Array.from({ length: 30_000 }, (_, n) => `{"n":${n},"text":"${'é'.repeat(n % 5)}"}`)
  await writeFile(file, `${lines.join('\n')}\n{"n":"last"}`)
  const store = new MemoryStore()
  const controller = new AbortController()
  let seen = 0
  const weak = map(({ n }: { n: number }) => {
    if (n === 25_000) controller.abort()
    seen++
    return n
  })
  const make = () => ndjson(file, { fields: { n: 'number' } }).pipe(weak, collect())
  const options = { checkpoint: { store, everyItems: 500 } }
  await expect(run(make(), { ...options, signal: controller.signal }).done).rejects.toThrow()
  seen = 0
  await expect(run(make(), options).done).rejects.toEqual(badInput('ndjson', 'Line 30001 of '))
  expect(seen).toBeLessThan(15_000)
})

test('refuses options that make no sense', () => {
  expect(() => ndjson('a', { fields: { a: 'text' } } as never)).toThrow(invalidOption('fields.a'))
  expect(() => ndjson('a', { fields: {}, invalid: 'skip' } as never)).toThrow(invalidOption('invalid'))
})
