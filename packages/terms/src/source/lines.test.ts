/** Goal: `lines` gives the lines that an editor shows, whatever the file's size, and never leaves it open. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forEach, lines, map, reduce, take, toArray } from '../index.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test('gives the lines that were joined, whatever the line end', async () => {
  const folder = await temporaryFolder()
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n\ufeff]/g, ''))
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1 }), fc.constantFrom('\n', '\r\n'), async (all, end) => {
      const file = join(folder, `${count++}.txt`)
      await writeFile(file, all.map((line) => line + end).join(''))
      expect(await toArray(lines(file))).toEqual(all)
      await writeFile(`${file}.gz`, gzipSync(all.join(end)))
      const unended = all.at(-1) === '' ? all.slice(0, -1) : all
      expect(await toArray(lines(`${file}.gz`))).toEqual(unended)
    }),
    { numRuns: 40 },
  )
})

const edges: readonly [text: string, lines: readonly string[]][] = [
  ['', []],
  ['\n', ['']],
  ['\r\n', ['']],
  ['a', ['a']],
  ['a\n\nb', ['a', '', 'b']],
  ['\ufeffa\r\nb\n', ['a', 'b']],
  ['a\rb\r\n\r\r\n', ['a\rb', '\r']],
]

test.each(edges)('%j', async (text, expected) => {
  const file = join(await temporaryFolder(), 'edge.txt')
  await writeFile(file, text)
  expect(await toArray(lines(pathToFileURL(file)))).toEqual(expected)
})

test('lines and characters may span chunks', async () => {
  const file = join(await temporaryFolder(), 'long.txt')
  const all = ['€'.repeat(200_000), 'x'.repeat(131_071), '', 'é'.repeat(131_072), 'end']
  await writeFile(file, all.join('\r\n'))
  expect(await toArray(lines(file))).toEqual(all)
})

test('one line of many chunks is read in time that grows with its length', async () => {
  const file = join(await temporaryFolder(), 'one.txt')
  await writeFile(file, Buffer.alloc(64 * 1024 * 1024, 'x'))
  expect(await toArray(lines(file).pipe(map((line) => line.length)))).toEqual([64 * 1024 * 1024])
})

test('reads other encodings', async () => {
  const file = join(await temporaryFolder(), 'encoded.txt')
  await writeFile(file, Buffer.from('\ufeffaé\nb', 'utf16le'))
  expect(await toArray(lines(file, { encoding: 'utf16le' }))).toEqual(['aé', 'b'])
  await writeFile(file, Buffer.from('aé\nb', 'latin1'))
  expect(await toArray(lines(file, { encoding: 'latin1' }))).toEqual(['aé', 'b'])
})

test('a file that is not there, a folder and a damaged archive are named', async () => {
  const folder = await temporaryFolder()
  const missing = join(folder, 'missing.txt')
  await expect(toArray(lines(missing))).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'lines',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining(missing), cause: { code: 'ENOENT' } },
  })
  await expect(toArray(lines(folder))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', cause: { code: 'EISDIR' } },
  })
  const damaged = join(folder, 'damaged.gz')
  await writeFile(damaged, gzipSync('some text').subarray(0, 15))
  await expect(toArray(lines(damaged))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining(damaged) },
  })
  await writeFile(damaged, 'no archive at all')
  await expect(toArray(lines(damaged))).rejects.toMatchObject({ cause: { cause: { code: 'Z_DATA_ERROR' } } })
})

for (const name of ['many.txt', 'many.txt.gz']) {
  test(`the file is closed at the end, when nobody needs more, after a failure and a cancel: ${name}`, async () => {
    const folder = await temporaryFolder()
    const file = join(folder, name)
    const text = Buffer.from(Array.from({ length: 200_000 }, (_, i) => `line ${i}\n`).join(''))
    await writeFile(file, name.endsWith('.gz') ? gzipSync(text) : text)
    const none = openFilesIn(folder) === undefined ? undefined : []

    const count = lines(file).pipe(reduce((n) => n + 1, 0))
    expect([await toArray(count), openFilesIn(folder)]).toEqual([[200_000], none])

    const few = await toArray(lines(file).pipe(take(2)))
    expect([few, openFilesIn(folder)]).toEqual([['line 0', 'line 1'], none])

    const failing = lines(file).pipe(
      map(() => {
        throw new Error('no')
      }),
    )
    await expect(toArray(failing)).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'map' })
    expect(openFilesIn(folder)).toEqual(none)

    const controller = new AbortController()
    const cancelled = run(lines(file).pipe(forEach(() => controller.abort())), { signal: controller.signal })
    await expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
    for (let turn = 0; turn < 1000 && openFilesIn(folder)?.length; turn++) await new Promise(setImmediate)
    expect(openFilesIn(folder)).toEqual(none)
  })
}

test('nothing is opened before the run', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'later.txt')
  const source = lines(file)
  await writeFile(file, 'now')
  expect(await toArray(source)).toEqual(['now'])
  expect(await toArray(source)).toEqual(['now'])
})

test('refuses what is no file', () => {
  for (const file of ['', 3 as never, new URL('https://example.org/a.txt')]) {
    expect(() => lines(file)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
  expect(() => lines('a', { encoding: 'utf-9' as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})
