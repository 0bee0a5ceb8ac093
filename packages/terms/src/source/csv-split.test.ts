/** Goal: the ranges of a CSV file, wherever it is cut, give the records of the whole file, and the same fault. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CsvFormat, csvFormat } from '../csv/format.ts'
import type { CsvValues } from '../csv/parser.ts'
import { isOdd } from '../csv/record-cutter.ts'
import { type CsvOptions, csv, type Fields } from '../index.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { type CsvRange, csvRanges, isSplittable, readCsvRange } from './csv-split.ts'

interface Outcome {
  readonly records: unknown[]
  readonly error?: string
}

async function outcome(batches: AsyncIterable<readonly unknown[]>): Promise<Outcome> {
  const records: unknown[] = []
  try {
    for await (const batch of batches) records.push(...batch)
  } catch (error) {
    return { records, error: (error as Error).message }
  }
  return { records }
}

function ofRange(...of: [file: string, format: CsvFormat, values: CsvValues, range: CsvRange]): Outcome {
  const records: unknown[] = []
  try {
    readCsvRange(...of, records)
  } catch (error) {
    return { records, error: (error as Error).message }
  }
  return { records }
}

async function* pieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, Math.min(at + pieceBytes, bytes.length))
  }
}

async function rangesOf(
  file: string,
  bytes: Buffer,
  options: CsvOptions,
  rangeBytes: number,
  pieceBytes: number,
) {
  const ranges: CsvRange[] = []
  for await (const range of csvRanges(
    file,
    csvFormat('csv', options),
    rangeBytes,
    pieces(bytes, pieceBytes),
  )) {
    ranges.push(range)
  }
  return ranges
}

/** The records of all ranges, one after the other, as far as there is no fault. */
function split(file: string, options: CsvOptions, ranges: readonly CsvRange[]): Outcome {
  const format = csvFormat('csv', options)
  const all: unknown[] = []
  for (const range of ranges) {
    const { records, error } = ofRange(file, format, {}, structuredClone(range))
    all.push(...records)
    if (error !== undefined) return { records: all, error }
  }
  return { records: all }
}

async function whole(file: string, options: CsvOptions): Promise<Outcome> {
  return outcome(csv(file, options).batches({} as never) as AsyncIterable<readonly unknown[]>)
}

const files: readonly [name: string, bytes: string | Buffer, options: CsvOptions][] = [
  ['plain', 'a,b\n1,2\n3,4\n5,6\n', {}],
  ['no last line end', 'a,b\n1,2\n3,4', {}],
  ['line breaks in quotes', 'a,b\n"x\ny","\n"\n"""\n""",2\n"",3\n', {}],
  ['a header of two lines', '"a\n1",b\n1,2\n3,4\n', {}],
  ['all line ends', 'a,b\r\n1,2\r3,"4\r"\r\n\r\n\r\n5,"6\r\n"\n\n7,8\r', {}],
  ['a byte order mark', '\ufeffa,b\n1,"2\n"\n3,4\n', {}],
  ['empty lines first', '\n\n\r\na,b\n\n1,2\n\n3,4\n', {}],
  ['characters of many bytes', 'ä,😀\n"é\né",日本\nü,"""😀"""\n', {}],
  ['other marks', "a;b\n'x;\n';2\n'''';3\n", { delimiter: ';', quote: "'" }],
  ['marks of many bytes', '“a\n“¦b\n1¦“2\n“““\n3¦4\n', { delimiter: '¦', quote: '“' }],
  ['another escape', 'a,b\n"\\"\n\\\\",2\n"x\n",3\n', { escape: '\\' }],
  ['comments with quotes', '# it\'s "so\na,b\n1,2 # "\n#"\n3,"4\n#"\n', { comment: '#', trim: true }],
  ['no quotes', 'a,b\n"1,2\n3",4\n', { quote: false }],
  ['arrays', '1,2\n"3\n",4\n5,6\n', { columns: false }],
  ['names given', '1,2\n"3\n",4\n5,6\n', { columns: ['x', 'y'] }],
  ['a ragged file', 'a,b\n1\n2,3,"4\n"\n', { ragged: true }],
  ['Latin-1', Buffer.from('a,b\n"é\n",ü\n1,2\n', 'latin1'), { encoding: 'latin1' }],
  ['empty', '', {}],
  ['a header alone', 'a,b', {}],
  ['a field too many', 'a,b\n1,2\n"3\n",4\n5,6,7\n8,9\n', {}],
  ['a quote never closed', 'a,b\n1,2\n3,4\n5,"6\n7,8\n', {}],
  ['a stray quote', 'a,b\n1,2\n3,4\n5,x"y\n7,"8\n"\n9,0\n', {}],
  ['text behind a quote', 'a,b\n1,2\n3,4\n"5"x,6\n7,"8\n"\n9,0\n', {}],
  ['a record too long', 'a,b\n1,2\n3,4\n"5\n5555555555\n",6\n7,8\n', { maxRecordChars: 10 }],
  ['two columns of one name', 'a,a\n1,2\n3,4\n', {}],
]

test.each(files)('%s: cut at every byte', async (_name, content, options) => {
  const file = join(await temporaryFolder(), 'data.csv')
  const bytes = Buffer.from(content)
  await writeFile(file, bytes)
  const expected = await whole(file, options)
  for (let rangeBytes = 1; rangeBytes <= bytes.length + 1; rangeBytes++) {
    for (const pieceBytes of [1, 2, 7, 1000]) {
      const ranges = await rangesOf(file, bytes, options, rangeBytes, pieceBytes)
      expect([ranges[0]?.from ?? 0, ranges.at(-1)?.to ?? 0]).toEqual([0, bytes.length])
      expect(ranges.slice(1).map(({ from }) => from)).toEqual(ranges.slice(0, -1).map(({ to }) => to))
      if (pieceBytes === 1 || pieceBytes === 1000) expect(split(file, options, ranges)).toEqual(expected)
    }
  }
})

test('the smallest ranges have one record each', async () => {
  const bytes = Buffer.from('a,b\n1,2\n"3\n",4\n5,6')
  const ranges = await rangesOf('a.csv', bytes, {}, 1, 1000)
  expect(ranges.map(({ from, to }) => bytes.toString('utf8', from, to))).toEqual([
    'a,b\n',
    '1,2\n',
    '"3\n",4\n',
    '5,6',
  ])
  expect(ranges[2]).toEqual({ from: 8, to: 15, names: ['a', 'b'], width: 2 })
})

test('files of many chunks', async () => {
  const file = join(await temporaryFolder(), 'long.csv')
  const rows = Array.from({ length: 30_000 }, (_, i) => `${i},"né ""${i}""\n${'x'.repeat(i % 13)}"`)
  await writeFile(file, ['id,text', ...rows].join('\r\n'))
  const ranges: CsvRange[] = []
  for await (const range of csvRanges(file, csvFormat('csv', {}), 100_000)) ranges.push(range)
  expect(ranges.length).toBeGreaterThan(5)
  expect(split(file, {}, ranges)).toEqual(await whole(file, {}))
})

test('quotes are counted four at a time', () => {
  const bytes = fc
    .uint8Array({ maxLength: 40 })
    .map((all) => all.map((byte) => (byte % 3 === 0 ? 0x22 : byte)))
  fc.assert(
    fc.property(bytes, fc.nat(40), fc.nat(40), fc.constantFrom(0x22, 0xa2, 0), (all, a, b, byte) => {
      const [from = 0, to = 0] = [Math.min(a, all.length), Math.min(b, all.length)].sort((x, y) => x - y)
      expect(isOdd(all, from, to, byte)).toBe(
        all.slice(from, to).filter((each) => each === byte).length % 2 === 1,
      )
    }),
    { numRuns: 2000 },
  )
})

test('what cannot be read from the middle', () => {
  expect(isSplittable('a.csv', csvFormat('csv', {}))).toBe(true)
  expect(isSplittable('a.csv.gz', csvFormat('csv', {}))).toBe(false)
  expect(isSplittable('a.csv', csvFormat('csv', { encoding: 'utf16le' }))).toBe(false)
})

test('a file that has become shorter is named', async () => {
  const file = join(await temporaryFolder(), 'data.csv')
  await writeFile(file, 'a\n1\n')
  const range: CsvRange = { from: 2, to: 9, names: ['a'], width: 1 }
  const fields: Fields<string> = { a: 'number' }
  const { error } = ofRange(file, csvFormat('csv', {}), { fields }, range)
  expect(error).toBe(`The file ${file} has become shorter while it was read: it ends before byte 9.`)
})
