/** Goal: wherever a file is cut, its splits have its lines, each once and in order, and say the same of what is wrong. */

import { appendFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Term } from '@millrace/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lines, ndjson, toArray } from '../index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-splits-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface SplitSource {
  splits(request: { workers: number }): Iterable<unknown> | undefined
  openSplit(split: unknown): Iterable<unknown>
}

/** The items of all splits, as one worker after the other would open them. */
function itemsBySplit(term: Term<never, unknown>): unknown[] {
  const source = term as unknown as SplitSource
  const splits = source.splits({ workers: 2 }) as Iterable<unknown>
  return [...splits].flatMap((split) => [...source.openSplit(structuredClone(split))])
}

const piece = fc.constantFrom('a', 'é', '😀', '\n', '\n\n', '\r\n', '\r', ' ', '"', 'two words', '\uFEFF')

test('lines: cut at any byte, they are the lines of the whole file', async () => {
  const file = join(folder, 'lines.txt')
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (text, hasMark, splitBytes) => {
        writeFileSync(file, (hasMark ? '\uFEFF' : '') + text)
        expect(itemsBySplit(lines(file, { splitBytes }))).toEqual(await toArray(lines(file)))
      },
    ),
    { numRuns: 400 },
  )
})

test('lines of other encodings: those whose newline is a byte are split, others are not', async () => {
  const file = join(folder, 'latin1.txt')
  writeFileSync(file, 'né\nà\n\nç', 'latin1')
  for (let splitBytes = 1; splitBytes < 9; splitBytes++) {
    expect(itemsBySplit(lines(file, { encoding: 'latin1', splitBytes }))).toEqual(['né', 'à', '', 'ç'])
  }
  const wide = lines(file, { encoding: 'utf16le', splitBytes: 1 }) as unknown as SplitSource
  expect(wide.splits({ workers: 2 })).toBeUndefined()
})

test('what is packed, missing, no regular file or small is not split', () => {
  const small = join(folder, 'small.txt')
  writeFileSync(small, 'a\nb\n')
  for (const file of [small, join(folder, 'a.gz'), join(folder, 'none.txt'), '/dev/null', folder]) {
    expect((lines(file) as unknown as SplitSource).splits({ workers: 2 })).toBeUndefined()
  }
})

test('ndjson: cut at any byte, its values are those of the whole file; so is the number of a line that is none', async () => {
  const file = join(folder, 'rows.ndjson')
  const row = fc.oneof(
    { weight: 9, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom('', '  ', '{', 'nul', '1 2') },
  )
  const text = fc.array(row, { maxLength: 8 }).map((rows) => rows.join('\n'))
  const outcome = async (read: () => unknown): Promise<unknown> => {
    try {
      return await read()
    } catch (error) {
      const { message, cause } = error as Error
      return ((cause as Error | undefined)?.message ?? '').startsWith('Line')
        ? (cause as Error).message
        : message
    }
  }
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 30 }), async (text, splitBytes) => {
      writeFileSync(file, text)
      const whole = await outcome(() => toArray(ndjson(file)))
      const bySplit = await outcome(() => itemsBySplit(ndjson(file, { splitBytes })))
      expect(bySplit).toEqual(whole)
    }),
    { numRuns: 300 },
  )
})

test('a byte that is no UTF-8 is told with its place, whichever split it is in', async () => {
  const file = join(folder, 'broken.txt')
  writeFileSync(file, Buffer.from([0x61, 0x0a, 0x62, 0x0a, 0xff, 0x0a, 0x63]))
  for (let splitBytes = 1; splitBytes < 8; splitBytes++) {
    expect(() => itemsBySplit(lines(file, { splitBytes }))).toThrow(/byte 4 is wrong/)
  }
})

test('a file that has become shorter, was replaced or written to since it was split is told; it may grow', () => {
  const file = join(folder, 'shrinks.txt')
  writeFileSync(file, 'one\ntwo\nthree\n')
  const source = lines(file, { splitBytes: 4 }) as unknown as SplitSource
  const splits = [...(source.splits({ workers: 2 }) as Iterable<unknown>)]
  writeFileSync(file, 'one\n')
  expect(() => source.openSplit(splits[2])).toThrow(/had 14 bytes when the run began, and has 4 now/)
  writeFileSync(file, 'ONE\nTWO\nTHREE\n')
  utimesSync(file, 1, 1)
  expect(() => source.openSplit(splits[0])).toThrow(/was replaced, or written to, since the run began/)
  const grown = lines(file, { splitBytes: 4 }) as unknown as SplitSource
  const [first] = grown.splits({ workers: 2 }) as Iterable<unknown>
  appendFileSync(file, 'four\n')
  expect(grown.openSplit(first)).toEqual(['ONE'])
  rmSync(file)
  expect(() => source.openSplit(splits[0])).toThrow(/cannot be read: ENOENT/)
})
