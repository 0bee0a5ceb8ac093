/** Goal: `writeLines` writes all lines or leaves everything as it was. */

import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, lines, map, tap, toArray, writeLines } from '../index.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test('what is written is what lines() reads', async () => {
  const folder = await temporaryFolder()
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n\ufeff]/g, ''))
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.constantFrom('a.txt', 'a.txt.gz'), async (all, name) => {
      const file = join(folder, name)
      const written = writeLines(file)
      const summary = await run(fromIterable(all).pipe(written)).done
      expect(await toArray(lines(file))).toEqual(all)
      const { size } = await stat(file)
      expect(summary.result(written)).toEqual({ file, lines: all.length, bytes: size })
    }),
    { numRuns: 30 },
  )
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('many lines take many blocks', async () => {
  const folder = await temporaryFolder()
  const all = Array.from({ length: 100_000 }, (_, i) => `line ${i} é`)
  const text = all.map((line) => `${line}\n`).join('')
  await run(fromIterable(all).pipe(writeLines(join(folder, 'a.txt')))).done
  expect((await readFile(join(folder, 'a.txt'), 'utf8')) === text).toBe(true)
  await run(fromIterable(all).pipe(writeLines(pathToFileURL(join(folder, 'a.gz'))))).done
  expect(gunzipSync(await readFile(join(folder, 'a.gz'))).toString() === text).toBe(true)
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

for (const name of ['old.txt', 'old.txt.gz']) {
  test(`after a failure or a cancel the old file is untouched and nothing else is left: ${name}`, async () => {
    const folder = await temporaryFolder()
    const file = join(folder, name)
    await writeFile(file, 'old')
    const many = Array.from({ length: 50_000 }, (_, i) => `line ${i}`)

    const failing = map((line: string) => {
      if (line === 'line 40000') throw new Error('no')
      return line
    })
    await expect(run(fromIterable(many).pipe(failing, writeLines(file))).done).rejects.toMatchObject({
      term: 'map',
    })

    const controller = new AbortController()
    const cancelling = map((line: string) => {
      if (line === 'line 40000') controller.abort()
      return line
    })
    const running = run(fromIterable(many).pipe(cancelling, writeLines(file)), { signal: controller.signal })
    await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })

    expect([await readdir(folder), await readFile(file, 'utf8')]).toEqual([[name], 'old'])
    if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
  })
}

test('an item that is no string ends the run and says what was seen', async () => {
  const folder = await temporaryFolder()
  const running = run(fromIterable(['a', { b: 1 }] as string[]).pipe(writeLines(join(folder, 'a.txt'))))
  await expect(running.done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'writeLines',
    cause: { code: 'INVALID_OPTION', message: expect.stringContaining('{"b":1}') },
  })
  expect(await readdir(folder)).toEqual([])
})

test('a missing folder is named before any item', async () => {
  const folder = join(await temporaryFolder(), 'missing')
  let taken = 0
  const counted = fromIterable(['a']).pipe(tap(() => taken++))
  await expect(run(counted.pipe(writeLines(join(folder, 'a.txt')))).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    phase: 'enter',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining(folder), cause: { code: 'ENOENT' } },
  })
  expect(taken).toBe(0)
})

test('a target that is no regular file is left alone', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'sub'))
  await expect(run(fromIterable(['a']).pipe(writeLines(join(folder, 'sub')))).done).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(await readdir(folder)).toEqual(['sub'])
})

test('keeps the mode of the file it replaces, and follows links', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'secret.txt')
  await writeFile(file, 'old', { mode: 0o600 })
  await symlink(file, join(folder, 'link.txt'))
  await run(fromIterable(['new']).pipe(writeLines(join(folder, 'link.txt')))).done
  expect(await readFile(file, 'utf8')).toBe('new\n')
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await readdir(folder)).sort()).toEqual(['link.txt', 'secret.txt'])
})

test('two runs at once do not mix: the second one is refused, and the first one does not notice', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'a.txt')
  const graph = fromIterable(['a', 'b']).pipe(writeLines(file))
  const [first, second] = await Promise.allSettled([run(graph).done, run(graph).done])
  expect(first?.status).toBe('fulfilled')
  expect(second).toMatchObject({
    reason: { term: 'writeLines', phase: 'enter', cause: { code: 'IN_USE', holder: { pid: process.pid } } },
  })
  expect(await readFile(file, 'utf8')).toBe('a\nb\n')
  await run(graph).done
  expect(await readdir(folder)).toEqual(['a.txt'])
})

test('a replay does not replace what is there, unless it is told to', async () => {
  const file = join(await temporaryFolder(), 'a.txt')
  const graph = fromIterable(['a', 'b']).pipe(
    map((line) => line),
    writeLines(file),
  )
  await run(graph, { replay: { map: ['c'] } }).done
  expect(await readFile(file, 'utf8')).toBe('c\n')
  expect(() => run(graph, { replay: { map: ['d'] } })).toThrow(
    expect.objectContaining({
      code: 'WOULD_REPLACE',
      message: expect.stringContaining(`"writeLines" would replace ${file}`),
    }),
  )
  expect(await readFile(file, 'utf8')).toBe('c\n')
  await run(graph, { replay: { map: ['d'] }, overwrite: true }).done
  expect(await readFile(file, 'utf8')).toBe('d\n')
})
