/** Data files that are missing, broken, or not what their name says; targets that cannot be written. */

import { gzipSync } from 'node:zlib'
import { graphOf } from './graphs.ts'
import type { CliMisuse, Files, Part } from './misuse.ts'

const packed = gzipSync('a\nb\nc\n'.repeat(10_000))

/** A graph that reads `file` and prints what it reads. */
function reading(
  name: string,
  source: string,
  files: Files,
  place: Part,
  remedy: Part,
  more: Partial<CliMisuse> = {},
): CliMisuse {
  const terms = /^\w+/.exec(source)?.[0] ?? ''
  return {
    name,
    args: ['run', 'g.mjs'],
    ...more,
    files: { 'g.mjs': graphOf(`${source}.pipe(print())`, `${terms}, print`), ...files },
    error: { code: 'TERM_FAILED', exit: 1, place, remedy },
  }
}

/** A graph that writes three lines, or `items`, to `file`. */
function writing(
  name: string,
  sink: string,
  place: Part,
  remedy: Part,
  more: Partial<CliMisuse> & { readonly items?: string } = {},
): CliMisuse {
  const { items = '["a", "b", "c"]', files, ...rest } = more
  const terms = /^\w+/.exec(sink)?.[0] ?? ''
  return {
    name,
    args: ['run', 'g.mjs'],
    ...rest,
    files: { 'g.mjs': graphOf(`fromIterable(${items}).pipe(${sink})`, `fromIterable, ${terms}`), ...files },
    error: { code: 'TERM_FAILED', exit: 1, place, remedy },
  }
}

const table = 'city,people\nAachen,249070\n'
const garbage = Uint8Array.from({ length: 4096 }, (_, i) => (i * 151 + 7) % 256)
const latin1 = Buffer.from('caf\u00e9,1\n', 'latin1')

export const fileCases: readonly CliMisuse[] = [
  reading('CSV that is not there', 'csv("t.csv")', {}, 't.csv', 'no such file'),
  reading('a folder for CSV', 'csv("t.csv")', { 't.csv': null }, 't.csv', /folder|directory/),
  reading('a field too many', 'csv("t.csv")', { 't.csv': `${table}Bonn,1,2\n` }, 'line 3', /ragged/, {
    stdout: /Aachen|^$/,
  }),
  reading('a field too few', 'csv("t.csv")', { 't.csv': `${table}Bonn\n` }, 'line 3', /ragged/, {
    stdout: /Aachen|^$/,
  }),
  reading(
    'a quote that is never closed',
    'csv("t.csv")',
    { 't.csv': `${table}"Bonn,1\n` },
    /line \d/,
    /[Qq]uote/,
    { stdout: /Aachen|^$/ },
  ),
  reading('two columns of one name', 'csv("t.csv")', { 't.csv': 'a,a\n1,2\n' }, 'line 1', 'columns: false'),
  reading(
    'a record without end',
    'csv("t.csv", { maxRecordChars: 100 })',
    { 't.csv': `a\n"${'x'.repeat(300_000)}` },
    't.csv',
    /max_record_size|maxRecordChars/,
  ),
  reading('bytes of a picture for CSV', 'csv("t.csv")', { 't.csv': garbage }, 't.csv', /UTF-8.*latin1/),
  reading(
    'latin1 for UTF-8 in CSV',
    'csv("t.csv", { columns: false })',
    { 't.csv': latin1 },
    't.csv',
    /UTF-8.*latin1/,
  ),
  reading('latin1 for UTF-8 in lines', 'lines("t.txt")', { 't.txt': latin1 }, /t\.txt.*byte 3/, /latin1/),
  reading(
    'a cast that throws',
    'csv("t.csv", { cast: { people: (n) => BigInt(n + ".5") } })',
    { 't.csv': table },
    /line 2/,
    'cast.people',
  ),
  reading(
    'NDJSON with a broken line',
    'ndjson("t.ndjson")',
    { 't.ndjson': '{"n":1}\n{"n":\n{"n":3}\n' },
    'Line 2',
    /JSON/,
    { stdout: /n: 1|^$/ },
  ),
  reading(
    'NDJSON that ends too early',
    'ndjson("t.ndjson")',
    { 't.ndjson': '{"n":1}\n{"n"' },
    'Line 2',
    /JSON/,
    { stdout: /n: 1|^$/ },
  ),
  reading(
    'bytes of a picture for NDJSON',
    'ndjson("t.ndjson")',
    { 't.ndjson': garbage },
    't.ndjson',
    /UTF-8/,
  ),
  reading('a table for NDJSON', 'ndjson("t.ndjson")', { 't.ndjson': table }, 'Line 1', 'is no JSON'),
  reading(
    'a packed file cut short',
    'lines("t.gz")',
    { 't.gz': packed.subarray(0, packed.length - 20) },
    't.gz',
    /unexpected end|incomplete/,
    { stdout: /^(a\nb\nc\n)*(a|a\nb)?\n?$/ },
  ),
  reading('a packed file that is none', 'lines("t.gz")', { 't.gz': 'a\nb\n' }, 't.gz', /header|gzip/),
  reading(
    'a packed file with a flipped byte',
    'lines("t.gz")',
    { 't.gz': packed.map((byte, i) => (i === 40 ? byte ^ 0xff : byte)) },
    't.gz',
    /invalid|incorrect/,
    { stdout: /^[abc\n]*$/ },
  ),
  reading('a packed file without its name', 'lines("t.txt")', { 't.txt': packed }, 't.txt', /UTF-8.*gz/),
  reading('an empty CSV file for named columns', 'csv("t.csv")', {}, 't.csv', 'no such file'),
  writing('a target in no folder', 'writeLines("no/t.txt")', 'no', /folder/),
  writing('a target that is a folder', 'writeLines("folder")', 'folder', 'no regular file', {
    files: { folder: null },
  }),
  writing('records for lines', 'writeLines("t.txt")', 'An item of writeLines()', /map\(\)/, {
    items: '["a", { n: 1 }]',
    files: { 't.txt': 'old' },
    kept: { 't.txt': 'old' },
  }),
  writing('a function for NDJSON', 'writeNdjson("t.ndjson")', 'formatNdjson', /function/, {
    items: '[1, () => 2]',
    absent: ['t.ndjson'],
  }),
  writing('a cycle for NDJSON', 'writeNdjson("t.ndjson")', 'formatNdjson', /circular/, {
    items: '(() => { const a = {}; a.a = a; return [a] })()',
    absent: ['t.ndjson'],
  }),
  writing('a big integer for NDJSON', 'writeNdjson("t.ndjson")', 'formatNdjson', /BigInt/, {
    items: '[1n]',
    absent: ['t.ndjson'],
  }),
  writing('a disk that is full', 'writeLines("t.txt")', 't.txt', /EFBIG|too large/, {
    items: '(function* () { for (let i = 0; i < 100000; i++) yield "a line of text " + i })()',
    files: { 't.txt': 'old' },
    kept: { 't.txt': 'old' },
    limit: '-f 64',
    alone: 'the limit is one of the process',
  }),
  {
    name: 'a line of five megabytes',
    args: ['run', 'g.mjs'],
    files: {
      'g.mjs': graphOf('lines("t.txt").pipe(map((line) => line.length), print())', 'lines, map, print'),
      't.txt': `${'x'.repeat(5_000_000)}\ny\n`,
    },
    stdout: '5000000\n1\n',
  },
]
