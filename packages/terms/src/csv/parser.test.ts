/** Goal: `CsvParser` finds the records that are there, wherever the pieces are cut, and agrees with csv-parse. */

import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CsvFormatOptions, csvFormat } from './format.ts'
import { CsvParser, csvBegin } from './parser.ts'
import { CsvFault } from './record-scanner.ts'

interface Parsed {
  readonly records: unknown[]
  readonly fault?: string
}

/** Parses bytes that are cut at these places. */
function parsed(bytes: Buffer, options: CsvFormatOptions, cuts: readonly number[] = []): Parsed {
  const format = csvFormat('csv', options)
  const parser = new CsvParser(format, {}, csvBegin(format))
  const records: unknown[] = []
  const places = [0, ...cuts, bytes.length]
  try {
    places.slice(1).forEach((to, i) => {
      parser.push(bytes.subarray(places[i], to), false, records)
    })
    parser.push(Buffer.alloc(0), true, records)
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    return { records, fault: `${error.line}: ${error.message}` }
  }
  return { records }
}

const arrays: CsvFormatOptions = { columns: false, ragged: true }

const formats: readonly CsvFormatOptions[] = [
  arrays,
  { columns: false },
  { ...arrays, delimiter: ';', quote: "'" },
  { ...arrays, escape: '\\' },
  { ...arrays, trim: true },
  { ...arrays, comment: '#' },
  { ...arrays, comment: '#', trim: true },
  { ...arrays, quote: false },
  { ...arrays, delimiter: '||', quote: '<>', comment: '##' },
  { ...arrays, delimiter: '¦', quote: '“' },
]

/** Texts of what means something to a parser. */
const nasty = (lineEnds: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(',', '"', '""', ...lineEnds) },
        { weight: 3, arbitrary: fc.constantFrom('a', 'bc', 'é', '😀', ' ', '\t', '') },
        { weight: 2, arbitrary: fc.constantFrom(';', "'", '\\', '#', '|', '||', '##', '<', '<>', '¦', '“') },
      ),
      { maxLength: 30 },
    )
    .map((pieces) => pieces.join(''))

test('agrees with csv-parse on any text of one kind of line ends', () => {
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
  fc.assert(
    fc.property(
      lineEnd.chain((end) => fc.tuple(fc.constant(end), nasty([end]))),
      fc.constantFrom(...formats),
      ([end, text], options) => {
        // it takes two fields in quotes with a blank between them for one
        fc.pre(options.trim !== true || !/"[ \t]+"/.test(text))
        let expected: unknown[] | undefined
        try {
          expected = parse(text, {
            columns: false,
            delimiter: options.delimiter ?? ',',
            quote: options.quote === false ? null : (options.quote ?? '"'),
            escape: options.escape ?? (options.quote || '"'),
            comment: options.comment ?? null,
            trim: options.trim ?? false,
            relax_column_count: options.ragged ?? false,
            skip_empty_lines: true,
            record_delimiter: end,
          })
        } catch {
          // that it is refused is what they agree on
        }
        const { records, fault } = parsed(Buffer.from(text), options)
        if (expected === undefined) expect(fault).toBeTypeOf('string')
        else expect({ records, fault }).toEqual({ records: expected, fault: undefined })
      },
    ),
    { numRuns: 3000 },
  )
})

test('the pieces may be cut anywhere', () => {
  fc.assert(
    fc.property(
      nasty(['\n', '\r\n', '\r']),
      fc.constantFrom(...formats),
      fc.boolean(),
      (text, options, hasMark) => {
        const bytes = Buffer.from(hasMark ? `\ufeff${text}` : text)
        const whole = parsed(bytes, options)
        const all = Array.from(bytes, (_, i) => i)
        expect(parsed(bytes, options, all)).toEqual(whole)
        for (const cut of all) expect(parsed(bytes, options, [cut])).toEqual(whole)
      },
    ),
    { numRuns: 400 },
  )
})

test('line ends of all kinds in one file', () => {
  const text = 'a,b\r\n1,2\n3,4\r5,6\n\r\n\r7,"8\r\n9\n"\r\n"x\ry",z'
  expect(parsed(Buffer.from(text), {})).toEqual({
    records: [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
      { a: '5', b: '6' },
      { a: '7', b: '8\r\n9\n' },
      { a: 'x\ry', b: 'z' },
    ],
  })
})

test('lines are counted, whatever ends them', () => {
  const lines = 'a,b\n\r\n1,"2\r\n\r3"\r\n\r4\n'
  expect(parsed(Buffer.from(lines), {})).toEqual({
    records: [{ a: '1', b: '2\r\n\r3' }],
    fault: '7: it has 1 field for the 2 columns a, b. If records may be longer or shorter, say ragged: true.',
  })
})

test('the text of a record is limited, whatever the pieces', () => {
  const bytes = Buffer.from(`a\nx\n"${'é\n'.repeat(30)}"\n`)
  const fault =
    '7: a record has more than 10 characters. Is a quote never closed? If not, raise maxRecordChars.'
  for (const cuts of [[], [20], Array.from(bytes, (_, i) => i)]) {
    expect(parsed(bytes, { maxRecordChars: 10 }, cuts)).toEqual({ records: [{ a: 'x' }], fault })
  }
  expect(parsed(bytes, { maxRecordChars: 63 }).records).toHaveLength(2)
})

test('fields beyond the columns of a ragged file are kept', () => {
  const text = Buffer.from('a,b\n1\n1,2\n1,2,"3, 4",\n')
  expect(parsed(text, { ragged: true }).records).toEqual([
    { a: '1' },
    { a: '1', b: '2' },
    { a: '1', b: '2', _rest: ['3, 4', ''] },
  ])
  expect(parsed(Buffer.from('_rest\n1,2\n'), { ragged: true }).fault).toMatch(
    /^2: .* cannot be kept in _rest/,
  )
})

test('a byte order mark of UTF-8 in a file that is said to be Latin-1 is refused', () => {
  const bytes = Buffer.from('\ufeffa\né')
  expect(parsed(bytes, { encoding: 'latin1' }).fault).toMatch(
    /^1: it begins with the byte order mark of UTF-8/,
  )
  expect(parsed(bytes, {}).records).toEqual([{ a: 'é' }])
})
