/** Goal: a file that is written in place shows what has come, keeps what was there, and is exact under checkpoints. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { MemoryStore, Random, SourceProbe, seededSchedule, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { fromIterable, lineTail, map, writeCsv, writeLines, writeNdjson } from '../index.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { InPlaceFile } from './in-place-file.ts'

async function fileWith(text?: string): Promise<string> {
  const file = join(await temporaryFolder(), 'out.log')
  if (text !== undefined) writeFileSync(file, text)
  return file
}

test.each([
  [undefined, ''],
  ['', ''],
  ['was there\n', 'was there\n'],
  ['without an end', 'without an end\n'],
])('lines are added to %j', async (before, kept) => {
  const file = await fileWith(before)
  const sink = writeLines(file, { append: true })
  const { result } = await run(fromIterable(['é', 'b']).pipe(sink)).done
  expect(readFileSync(file, 'utf8')).toBe(`${kept}é\nb\n`)
  expect(result(sink)).toEqual({ file, lines: 2, bytes: Buffer.byteLength(`${kept}é\nb\n`) })
  if (openFilesIn(file) !== undefined) expect(openFilesIn(file)).toEqual([])
})

test('readers see what has come after flushMs; the file is emptied first unless it is added to', async () => {
  for (const append of [false, true]) {
    const file = await fileWith('before\n')
    const clock = new VirtualClock()
    const source = new SourceProbe<string>()
    const running = run(source.pipe(writeLines(file, { append, flushMs: 50 })), { clock })
    source.send('one')
    await expect.poll(() => clock.pending).toBe(1)
    const begin = append ? 'before\n' : ''
    expect(readFileSync(file, 'utf8')).toBe(begin)
    await clock.advance(50)
    await expect.poll(() => readFileSync(file, 'utf8')).toBe(`${begin}one\n`)
    source.send('two').end()
    await running.done
    expect([readFileSync(file, 'utf8'), clock.pending]).toEqual([`${begin}one\ntwo\n`, 0])
  }
})

test('what was written stays when the run fails', async () => {
  const file = await fileWith('before\n')
  const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}`)
  const failing = map((line: string) => {
    if (line === 'line 19999') throw new Error('no')
    return line
  })
  await expect(
    run(fromIterable(lines).pipe(failing, writeLines(file, { append: true }))).done,
  ).rejects.toMatchObject({ term: 'map' })
  const left = readFileSync(file, 'utf8')
  expect(`before\n${lines.join('\n')}\n`.startsWith(left) && left.length > 100_000).toBe(true)
  expect(readdirSync(join(file, '..'))).toEqual(['out.log'])
})

test('killed at any moment: each line once, behind what was there', async () => {
  const all = Array.from({ length: 300 }, (_, n) => `${n} ${'é'.repeat(n % 500)}`)
  for (let seed = 0; seed < 8; seed++) {
    const random = new Random(seed)
    const file = await fileWith('before\n')
    const options = { append: true, ...(seed % 2 === 0 ? { flushMs: 1 } : {}) }
    let store = new MemoryStore()
    for (let kills = 0; ; kills++) {
      let left = kills === 6 ? Number.POSITIVE_INFINITY : 1 + random.below(120)
      let remains: MemoryStore | undefined
      const graph = fromIterable(all).pipe(
        map(async (line: string) => line),
        writeLines(file, options),
      )
      const running = run(graph, {
        batchItems: 7,
        edges: { capacityItems: 5 },
        checkpoint: { store, everyItems: 1 + random.below(40) },
        pick: (count) => {
          if (--left === 0) {
            remains = store.copy()
            void running.cancel('killed')
          }
          return seededSchedule(seed)(count)
        },
      })
      await running.done.catch((error: unknown) => {
        if (remains === undefined) throw error
      })
      if (remains === undefined) break
      store = remains
      // half a line of a process that died; what was added before the first checkpoint is added once more
      if ((await store.list()).length > 0) await appendFile(file, 'half a l')
      else writeFileSync(file, 'before\n')
    }
    expect(readFileSync(file, 'utf8')).toBe(`before\n${all.join('\n')}\n`)
  }
})

test('a file that is another one is refused when a run goes on', async () => {
  const file = await fileWith('before\n')
  const begun = await InPlaceFile.open(file, true, undefined)
  for (let n = 0; n < 40; n++) await begun.write(`${n} ${'x'.repeat(2000)}`)
  const position = structuredClone(begun.position())
  await begun.discard()
  expect(position.bytes).toBeGreaterThan(60_000)
  const text = readFileSync(file, 'utf8')
  const refused = (text: string, path = file) =>
    expect(InPlaceFile.reopen(path, position, undefined)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(text),
    })
  for (const other of ['', text.replace('\n3 ', '\n4 ')]) {
    writeFileSync(file, other)
    await refused('bytes that the checkpoint knows of')
  }
  await refused('this one is to write', `${file}.other`)
  // what was there before the run is not looked at
  writeFileSync(file, text.replace('before', 'BEFORE'))
  await (await InPlaceFile.reopen(file, position, undefined)).discard()
})

test('records are added to a CSV file of the same columns, and to no other', async () => {
  const file = await fileWith()
  const rows = fromIterable([{ a: 1, b: 'x' }])
  for (const options of [{}, { columns: ['a', 'b'] }]) {
    await run(rows.pipe(writeCsv(file, { append: true, ...options }))).done
  }
  expect(readFileSync(file, 'utf8')).toBe('a,b\n1,x\n1,x\n')
  for (const options of [{}, { columns: ['c'] }]) {
    const other = fromIterable([{ c: 1 }]).pipe(writeCsv(file, { append: true, ...options }))
    await expect(run(other).done).rejects.toMatchObject({
      cause: { code: 'BAD_INPUT', message: expect.stringContaining('does not begin with the columns c') },
    })
  }
  await run(fromIterable([{ n: 1 }]).pipe(writeNdjson(file, { append: true }))).done
  expect(readFileSync(file, 'utf8')).toBe('a,b\n1,x\n1,x\n{"n":1}\n')
})

test('a checkpoint of a run that wrote the file otherwise is refused, and the file stays as it was', async () => {
  const ways = [{}, { append: true }, { flushMs: 1 }, { roll: { maxBytes: 9 } }]
  const kindOf = (way: object): string => (way === ways[2] ? 'append' : Object.keys(way).join())
  for (const before of ways) {
    for (const after of ways.filter((way) => kindOf(way) !== kindOf(before))) {
      const file = await fileWith('precious\n')
      const store = new MemoryStore()
      const quiet = lineTail(await fileWith(''))
      const first = run(quiet.pipe(writeLines(file, before)), { checkpoint: { store } })
      await expect.poll(async () => (await store.list()).length).toBe(1)
      await first.cancel()
      await first.done.catch(() => undefined)
      const kept = before === ways[2] ? '' : 'precious\n'
      const names = readdirSync(join(file, '..'))
      const second = run(quiet.pipe(writeLines(file, after)), { checkpoint: { store } })
      await expect(second.done).rejects.toMatchObject({
        cause: { code: 'BAD_INPUT', message: expect.stringContaining('Give the same options') },
      })
      expect([readFileSync(file, 'utf8'), readdirSync(join(file, '..'))]).toEqual([kept, names])
    }
  }
})

test('what a checkpoint held back is written after flushMs, though no line comes', async () => {
  const file = await fileWith('')
  const clock = new VirtualClock()
  const flushing = { clock, flushMs: 50 }
  const begun = await InPlaceFile.open(file, true, flushing)
  await begun.begin('a,b')
  expect(clock.pending).toBe(1)
  await begun.write('1,2')
  const position = structuredClone(begun.position())
  await begun.discard()
  expect(clock.pending).toBe(0)
  const resumed = await InPlaceFile.reopen(file, position, flushing)
  await clock.advance(50)
  await expect.poll(() => readFileSync(file, 'utf8')).toBe('a,b\n1,2\n')
  await resumed.discard()
  expect(clock.pending).toBe(0)
})

test('what is no regular file is refused; a second run as well', async () => {
  const file = await fileWith()
  const graph = (path: string) => fromIterable(['a']).pipe(writeLines(path, { append: true }))
  await mkdir(join(file, '..', 'folder'))
  await expect(run(graph(join(file, '..', 'folder'))).done).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  const both = await Promise.allSettled([run(graph(file)).done, run(graph(file)).done])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(both[1]).toMatchObject({ reason: { cause: { code: 'IN_USE' } } })
})
