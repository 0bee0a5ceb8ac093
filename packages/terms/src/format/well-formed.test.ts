/** Goal: text that UTF-8 cannot hold is refused by whatever writes text, with the term and the place; JSON keeps it. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { run, type Term } from '@millrace/core'
import { expect, test } from 'vitest'
import {
  compress,
  dump,
  exec,
  fetchEach,
  fromIterable,
  joinLines,
  print,
  printKeys,
  toArray,
  toWritable,
  writeCsv,
  writeLines,
  writeNdjson,
} from '../index.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const HALF = 'ab\ud83d'
const texts = () => fromIterable(['fine 😀', HALF])
const bytes = () => new Writable({ write: (_chunk, _encoding, done) => done() })

test.each<[string, string, string, (folder: string) => Term<never, unknown>]>([
  ['writeLines', 'writeLines', 'Line 2 of ', (folder) => texts().pipe(writeLines(join(folder, 'a')))],
  [
    'writeLines, packed',
    'writeLines',
    'Line 2 of ',
    (folder) => texts().pipe(writeLines(join(folder, 'a.gz'))),
  ],
  [
    'writeCsv',
    'writeLines',
    'Line 1 of ',
    (folder) => fromIterable([{ a: HALF }]).pipe(writeCsv(join(folder, 'a'), { columns: ['a'] })),
  ],
  [
    'the head of writeCsv',
    'writeLines',
    'The head of ',
    (folder) => fromIterable([{ [HALF]: 1 }]).pipe(writeCsv(join(folder, 'a'), { columns: [HALF] })),
  ],
  ['toWritable', 'toWritable', 'An item of ', () => texts().pipe(toWritable(bytes()))],
  ['joinLines', 'joinLines', 'An item of ', () => texts().pipe(joinLines())],
  ['compress', 'compress', 'An item of ', () => texts().pipe(compress('gzip'))],
  ['exec', 'exec', 'An item of ', () => texts().pipe(exec('cat'))],
  [
    'fetchEach',
    'fetchEach',
    'A request of ',
    () => fromIterable([HALF]).pipe(fetchEach((body) => ['http://127.0.0.1:9/', { method: 'POST', body }])),
  ],
  ['print', 'print', 'What is to be printed', () => fromIterable([HALF]).pipe(print())],
  ['printKeys', 'printKeys', 'What is to be printed', () => fromIterable([{ [HALF]: 1 }]).pipe(printKeys())],
])('%s', async (_name, term, what, graphIn) => {
  const folder = await temporaryFolder()
  const failure = await run(graphIn(folder)).done.catch((error: unknown) => error)
  expect(failure).toMatchObject({
    term,
    cause: {
      code: 'BAD_INPUT',
      message: expect.stringContaining('a lone surrogate, "\\ud83d", at character 2'),
    },
  })
  expect((failure as { cause: Error }).cause.message.startsWith(what)).toBe(true)
  expect(await readdir(folder)).toEqual([])
})

test('what escapes it, or passes the text on, keeps it', async () => {
  const folder = await temporaryFolder()
  await run(fromIterable([{ a: HALF }]).pipe(writeNdjson(join(folder, 'a')))).done
  expect(JSON.parse(await readFile(join(folder, 'a'), 'utf8'))).toEqual({ a: HALF })
  const got: unknown[] = []
  const objects = new Writable({
    objectMode: true,
    write(chunk, _encoding, done) {
      got.push(chunk)
      done()
    },
  })
  await run(fromIterable([HALF]).pipe(toWritable(objects))).done
  expect(got).toEqual([HALF])
  const printed: string[] = []
  const shown = dump({ print: (text) => printed.push(text) })
  expect(await toArray(fromIterable([HALF]).pipe(shown))).toEqual([HALF])
  // Node writes an escape, in upper or lower case
  expect(printed.map((text) => text.toLowerCase())).toEqual(["dump: 'ab\\ud83d'"])
})
