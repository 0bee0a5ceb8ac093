/** Goal: `csv` gives the records that were written, and says where a file is wrong. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { type CsvOptions, csv, take, toArray } from '../index.ts'
import { badInput } from '../test/failing.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`

/** What comes out of a run before it fails, and what it fails with. */
async function untilError(output: AsyncIterable<unknown>): Promise<{ records: unknown[]; error: unknown }> {
  const records: unknown[] = []
  try {
    for await (const record of output) records.push(record)
  } catch (error) {
    return { records, error }
  }
  return { records, error: undefined }
}

async function read(text: string | Buffer, options?: CsvOptions, name = 'data.csv'): Promise<unknown[]> {
  const file = join(await temporaryFolder(), name)
  await writeFile(file, text)
  return toArray(csv<unknown>(file, options))
}

test('gives the records that were written', async () => {
  const row = fc.record({ a: fc.string({ unit: 'grapheme' }), 'b c': fc.string() })
  await fc.assert(
    fc.asyncProperty(fc.array(row), fc.constantFrom('\n', '\r\n'), async (rows, end) => {
      const text = ['a,b c', ...rows.map((r) => `${quoted(r.a)},${quoted(r['b c'])}`)].join(end)
      expect(await read(text)).toEqual(rows)
      expect(await read(gzipSync(text), {}, 'data.csv.gz')).toEqual(rows)
    }),
    { numRuns: 40 },
  )
})

test('records may span chunks', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => ({ id: String(i), text: `né "${i}"\n` }))
  const text = ['id,text', ...rows.map((r) => `${r.id},${quoted(r.text)}`)].join('\n')
  expect(await read(text)).toEqual(rows)
})

test('leaves out the byte order mark and empty lines', async () => {
  expect(await read('\ufeffa,b\n\n1,2\n\n')).toEqual([{ a: '1', b: '2' }])
})

test('an empty file has no records', async () => {
  expect(await read('')).toEqual([])
  expect(await read('a,b\n')).toEqual([])
})

test('columns: false gives arrays, a list names them', async () => {
  const file = join(await temporaryFolder(), 'data.csv')
  await writeFile(file, '1;2\n3;4')
  const arrays = await toArray(csv(file, { columns: false, delimiter: ';' }))
  expectTypeOf(arrays).toEqualTypeOf<string[][]>()
  expect(arrays).toEqual([
    ['1', '2'],
    ['3', '4'],
  ])
  expect(await toArray(csv(file, { columns: ['x', 'y'], delimiter: ';' }))).toEqual([
    { x: '1', y: '2' },
    { x: '3', y: '4' },
  ])
})

test('cast: true makes numbers of decimal numbers and of nothing else', async () => {
  const same = [
    '',
    '01234',
    '+49',
    '12345678901234567890',
    '0x10',
    'Infinity',
    '1,5',
    '1 2',
    '-',
    '.',
    'e5',
    '--1',
  ]
  const text = ['text', ...same.map((field) => quoted(`${field}`))].join('\n')
  expect(await read(text.replace('""\n', ''), { cast: true })).toEqual(
    same.slice(1).map((field) => ({ text: field })),
  )
  expect(await read('a,b,c,d,e\n1,-2.5,0,1e3,.5', { cast: true })).toEqual([
    { a: 1, b: -2.5, c: 0, d: 1000, e: 0.5 },
  ])
})

test('cast by column, one argument each', async () => {
  const seen: unknown[] = []
  const cast = {
    day: (text: string) => new Date(text),
    n: Number,
    gone: Number,
    b: (...all: unknown[]) => seen.push(all),
  }
  expect(await read('day,n,b\n1970-01-01,7,x', { cast })).toEqual([{ day: new Date(0), n: 7, b: 1 }])
  expect(seen).toEqual([['x']])
})

test('other marks', async () => {
  expect(
    await read("# hi\na\tb\n 'x\ty' \tz\n", { delimiter: '\t', quote: "'", comment: '#', trim: true }),
  ).toEqual([{ a: 'x\ty', b: 'z' }])
  expect(await read('a\n"x', { quote: false })).toEqual([{ a: '"x' }])
  expect(await read('a,b\n1\n', { ragged: true })).toEqual([{ a: '1' }])
  expect(await read(Buffer.from('a\né', 'latin1'), { encoding: 'latin1' })).toEqual([{ a: 'é' }])
})

test('UTF-16 is read as such, and never patched up', async () => {
  const text = '\ufeffa,b\né,"😀\n"\n'
  expect(await read(Buffer.from(text, 'utf16le'), { encoding: 'utf16le' })).toEqual([{ a: 'é', b: '😀\n' }])
  await expect(read(Buffer.from('a\n\ud83d\n', 'utf16le'), { encoding: 'utf16le' })).rejects.toEqual(
    badInput('csv', 'half of a surrogate pair'),
  )
})

test('what comes before a record that is wrong is given', async () => {
  const file = join(await temporaryFolder(), 'data.csv')
  await writeFile(file, 'a\n1\n2\n3,4\n')
  expect(await toArray(csv(file).pipe(take(2)))).toEqual([{ a: '1' }, { a: '2' }])
  const { records, error } = await untilError(run(csv(file)).output())
  expect(records).toEqual([{ a: '1' }, { a: '2' }])
  expect(error).toEqual(badInput('csv', 'line 4: it has 2 fields for the 1 column a'))
})

test('a column named __proto__ is a column like any other', async () => {
  const [record] = await read('__proto__,a\nx,y')
  expect(Object.entries(record as object)).toEqual([
    ['__proto__', 'x'],
    ['a', 'y'],
  ])
})

const wrong: readonly [what: string, text: string, options: CsvOptions, line: number][] = [
  ['too few fields', 'a,b\n1,2\n3\n', {}, 3],
  ['a stray quote', 'a,b\n1,x"y\n', {}, 2],
  ['a quote that is never closed', 'a\n"x\ny\n', {}, 3],
  ['a record that is too long', `a\nx\n${'y'.repeat(100)}`, { maxRecordChars: 50 }, 3],
  ['two columns of one name', 'a,a\n1,2\n', {}, 1],
  [
    'a cast that fails',
    'n\n1\nx\n',
    {
      cast: {
        n: (text) => {
          if (text === 'x') throw new Error('no number')
          return 1
        },
      },
    },
    3,
  ],
]

test.each(wrong)('names file and line: %s', async (_what, text, options, line) => {
  const folder = await temporaryFolder()
  const file = join(folder, 'wrong.csv')
  await writeFile(file, text)
  await expect(toArray(csv(file, options))).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'csv',
    cause: {
      code: 'BAD_INPUT',
      message: expect.stringContaining(`${file} is no valid CSV at line ${line}:`),
    },
  })
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('the file is closed when nobody needs more', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'long.csv')
  await writeFile(file, `n\n${'1\n'.repeat(200_000)}`)
  expect(await toArray(csv(file).pipe(take(1)))).toEqual([{ n: '1' }])
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('a missing file is named', async () => {
  const file = join(await temporaryFolder(), 'missing.csv')
  await expect(toArray(csv(file))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining(file), cause: { code: 'ENOENT' } },
  })
})

test('fields: only these, each of its type', async () => {
  const text =
    'at,x,n,ok,note,day\n2026-01-31T12:00:00.250Z,"\n",-1.50,TRUE,,2026-02-28\n1969-12-31T23:59:59Z,,7e2,false,"a ""b""",2026-02-28T10:00+02:00'
  const fields = {
    n: 'number',
    at: 'time',
    ok: 'boolean',
    note: 'string?',
    day: 'date',
    x: (field: string) => field.length,
  } as const
  expect(await read(text, { fields } as CsvOptions)).toEqual([
    { n: -1.5, at: 1769860800250, ok: true, note: null, day: new Date('2026-02-28'), x: 1 },
    { n: 700, at: -1000, ok: false, note: 'a "b"', day: new Date('2026-02-28T08:00Z'), x: 0 },
  ])
  expect(Object.keys((await read(text, { fields } as CsvOptions))[0] as object)).toEqual(Object.keys(fields))
})

test('fields of ragged files, and those that are not there', async () => {
  const optional = { fields: { b: 'number?' }, ragged: true } as CsvOptions
  expect(await read('a,b\n1\n1,2,3\n', optional)).toEqual([{ b: null }, { b: 2, _rest: ['3'] }])
  await expect(read('a,b\n1\n', { fields: { b: 'number' }, ragged: true } as CsvOptions)).rejects.toEqual(
    badInput('csv', "line 2: it has no field b. Say 'number?' if it may be left out."),
  )
  await expect(read('a,b\n1,2\n', { fields: { c: 'number' } } as CsvOptions)).rejects.toEqual(
    badInput('csv', 'it has no column "c"; its columns are a, b.'),
  )
})

const untyped: readonly [type: string, field: string, reason: string][] = [
  ['number', 'x', 'n is "x", which is no number'],
  ['number', '', "Say 'number?' if it may be empty"],
  ['number', '0x10', 'no number'],
  ['number', ' 1', 'no number'],
  ['number', 'Infinity', 'no number'],
  ['number', '1e999', 'no number'],
  ['number', '9007199254740993', 'whole numbers beyond'],
  ['boolean', 'yes', 'true and false are'],
  ['date', '2026-02-30', 'no date'],
  ['date', '2026-02-30T00:00:00Z', 'no date'],
  ['date', '2026-01-01T00:00:00', 'with a zone'],
  ['time', '2026-01-01T24:01:00Z', 'no time'],
  ['time', '1/2/2026', 'no time'],
]

test.each(untyped)('fields: a %s is not %j', async (type, field, reason) => {
  await expect(read(`n,a\n"${field}",\n`, { fields: { n: type } } as never)).rejects.toEqual(
    badInput('csv', reason),
  )
})

test('fields: numbers and times are those of the language', async () => {
  const day = fc.date({ min: new Date(-1e13), max: new Date(1e14), noInvalidDate: true })
  // whole numbers that are not exact are refused, see below
  const isExact = (n: number) => !Number.isInteger(n) || Number.isSafeInteger(n)
  const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isExact)
  const decimal = fc.tuple(fc.integer(), fc.nat(1e9)).map(([whole, part]) => `${whole}.${part}`)
  const number = fc.oneof(double.map(String), decimal, fc.maxSafeInteger().map(String), fc.constant('-0'))
  const rows = fc.array(fc.record({ at: day, n: number }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(rows, async (records) => {
      const text = ['at,n', ...records.map(({ at, n }) => `${at.toISOString()},${n}`)].join('\n')
      const expected = records.map(({ at, n }) => ({ n: Number(n), at }))
      expect(await read(text, { fields: { n: 'number', at: 'date' } } as CsvOptions)).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('refuses options that make no sense', () => {
  const options: CsvOptions[] = [
    { delimiter: '' },
    { columns: [1] as never },
    { cast: 'x' as never },
    { cast: { a: 1 as never } },
    { maxRecordChars: 0 },
    { encoding: 'utf-9' as never },
    { delimiter: '"' },
    { fields: { a: 'text' } } as never,
    { fields: { a: 'string' }, cast: true } as never,
    { fields: { a: 'string' }, columns: false } as never,
    { fields: { a: 'string' }, columns: ['b'] } as never,
    { fields: [] } as never,
    { comment: ',,' },
    { escape: '\n' },
  ]
  for (const option of options) {
    expect(() => csv('a.csv', option)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
})
