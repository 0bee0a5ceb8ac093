/** Goal: `lineParser` reads back what was written as delimited lines, and names the line that is wrong. */

import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { fromIterable, type LineParserOptions, lineParser, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`
const field = fc.string().filter((text) => !/[\r\n]/.test(text))

test('gives the records that were written, quoted or plain', async () => {
  const plain = field.filter((text) => !/[",]/.test(text))
  const rows = fc.array(fc.record({ a: plain, 'b c': field, d: fc.constant('x') }))
  await fc.assert(
    fc.asyncProperty(rows, async (records) => {
      const lines = ['a,b c,d', ...records.map((row) => `${row.a},${quoted(row['b c'])},${row.d}`)]
      expect(await toArray(fromIterable(lines).pipe(lineParser()))).toEqual(records)
      expect(await toArray(fromIterable(lines).pipe(lineParser({ columns: false })))).toEqual([
        ['a', 'b c', 'd'],
        ...records.map((row) => [row.a, row['b c'], row.d]),
      ])
    }),
  )
})

test('other marks, comments, empty lines, names and casts', async () => {
  const lines = fromIterable(['# head', '', ' 1 ; x', "2;'y;z'"])
  const rows = lines.pipe(
    lineParser<{ n: number; text: string }>({
      delimiter: ';',
      quote: "'",
      comment: '#',
      trim: true,
      columns: ['n', 'text'],
      cast: { n: Number, gone: Number },
    }),
  )
  const parsed = await toArray(rows)
  expectTypeOf(parsed).toEqualTypeOf<{ n: number; text: string }[]>()
  expect(parsed).toEqual([
    { n: 1, text: 'x' },
    { n: 2, text: 'y;z' },
  ])
  expect(await toArray(fromIterable(['a', '"x']).pipe(lineParser({ quote: false })))).toEqual([{ a: '"x' }])
  expect(await toArray(fromIterable(['__proto__', 'x']).pipe(lineParser()))).toSatisfy(
    ([record]) => Object.keys(record)[0] === '__proto__',
  )
})

const wrong: readonly [what: string, lines: string[], options: LineParserOptions, text: string][] = [
  ['too few fields', ['a,b', '1,2', '', '3'], {}, 'line 4: it has 1 fields for the 2 columns a, b'],
  ['too many fields', ['1,2'], { columns: ['a'] }, 'line 1: it has 2 fields for the 1 columns a'],
  ['two columns of one name', ['a,a'], {}, 'line 1: two columns are named "a"'],
  ['a quote that is never closed', ['a', '"x'], {}, 'line 2: '],
  [
    'a cast that fails',
    ['a', 'x'],
    {
      cast: {
        a: () => {
          throw new Error('no number')
        },
      },
    },
    'line 2: no number',
  ],
]

test.each(wrong)('names the line: %s', async (_what, lines, options, text) => {
  await expect(toArray(fromIterable(lines).pipe(lineParser(options)))).rejects.toEqual(
    badInput('lineParser', text),
  )
})

test.each(['"', false] as const)(
  'a line break within a line is refused, one at its end left out: quote %j',
  async (quote) => {
    const parsed = (...lines: string[]) =>
      toArray(fromIterable(['a,b', ...lines]).pipe(lineParser({ quote })))
    expect(await parsed('1,2\r')).toEqual([{ a: '1', b: '2' }])
    await expect(parsed('1,x\ry')).rejects.toThrow('line 2: it has a line break outside of quotes')
  },
)

test('refuses options that make no sense', () => {
  const options: LineParserOptions[] = [
    { delimiter: '' },
    { quote: '' },
    { comment: 1 as never },
    { trim: 1 as never },
    { columns: [1] as never },
    { cast: { a: 1 as never } },
    { cast: 'x' as never },
  ]
  for (const option of options) expect(() => lineParser(option)).toThrow(invalidOption())
  expect(() => lineParser({ columns: ['a', 'a'] })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
})
