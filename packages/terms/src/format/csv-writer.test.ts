/** Goal: what is written as CSV is read again as it was, by csv-parse; nothing is lost in silence. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csv, formatCsv, fromIterable, toArray, writeCsv } from '../index.ts'
import { REFUSED, settings } from '../shape/test/everywhere.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'é') })

test('csv-parse reads what was written', async () => {
  const rows = fc.array(fc.record({ a: field, 'b "c"': field, d: field }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.constantFrom(',', ';', '\t'),
      settings(),
      async (records, delimiter, options) => {
        const lines = await toArray(fromIterable(records).pipe(formatCsv({ delimiter })), options)
        expect(parse(lines.join('\n'), { columns: true, delimiter, record_delimiter: '\n' })).toEqual(records)
      },
    ),
  )
})

test('by way of a file; columns choose their order; a record of one empty field is no empty line', async () => {
  const file = join(await temporaryFolder(), 'a.csv.gz')
  await run(fromIterable([{ a: 1, b: 'x,y' }, { b: 'z' }]).pipe(writeCsv(file, { columns: ['b', 'a'] }))).done
  expect(await toArray(csv(file, { columns: false }))).toEqual([
    ['b', 'a'],
    ['x,y', '1'],
    ['z', ''],
  ])
  expect(await toArray(fromIterable([{ a: null }]).pipe(formatCsv()))).toEqual(['a', '""'])
})

test.each([
  [[{ a: 1 }, { a: 2 }], undefined, 'a\n1\n2\n'],
  [[{ a: 1 }, { a: 2 }], ['a'], 'a\n1\n2\n'],
  [[], ['a'], 'a\n'],
  [[], undefined, ''],
])('the names of the columns are no item: %j with columns %j', async (records, columns, text) => {
  const file = join(await temporaryFolder(), 'a.csv')
  const written = writeCsv(file, columns === undefined ? {} : { columns })
  const { items, results } = await run(fromIterable<object>(records).pipe(written)).done
  expect(await readFile(file, 'utf8')).toBe(text)
  expect(items).toMatchObject({ in: records.length, out: records.length, expanded: 0 })
  expect(results['writeLines']).toMatchObject({ lines: records.length })
})

test('other values, and no header', async () => {
  const rows = fromIterable([{ at: new Date(0), list: [1, 2], flag: true, none: undefined }])
  expect(await toArray(rows.pipe(formatCsv({ header: false })))).toEqual([
    '1970-01-01T00:00:00.000Z,"[1,2]",true,',
  ])
  expect(await toArray(fromIterable([]).pipe(formatCsv({ columns: ['a', 'b'] })))).toEqual(['a,b'])
  expect(await toArray(fromIterable([]).pipe(formatCsv()))).toEqual([])
})

test('a field without a column fails the run', async () => {
  await expect(toArray(fromIterable([{ a: 1 }, { a: 1, b: 2 }]).pipe(formatCsv()))).rejects.toMatchObject({
    term: 'formatCsv',
    cause: { code: 'BAD_INPUT' },
  })
  await expect(toArray(fromIterable([3]).pipe(formatCsv() as never))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})

test('refuses what makes no sense', () => {
  for (const options of [
    { columns: 'a' as never },
    { delimiter: '' },
    { delimiter: '"' },
    { header: 1 as never },
  ]) {
    expect(() => formatCsv(options)).toThrow(REFUSED)
  }
})

test.each([
  ['a bigint in a list', [1n]],
  ['a date that is none', new Date(Number.NaN)],
])('%s has no text: the run fails with the reason', async (_, field) => {
  await expect(toArray(fromIterable([{ field }]).pipe(formatCsv()))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('A field of formatCsv() has no text') },
  })
})
