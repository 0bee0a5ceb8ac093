/** Goal: a file that a run goes on reading is the one that it was, or the run is refused; its place is exact. */

import { appendFile, copyFile, mkdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BatchSourceTerm, type Context, run, type Term } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import {
  collect,
  cron,
  csv,
  fileTail,
  fileWatch,
  fromEvents,
  glob,
  httpPoll,
  interval,
  lines,
  map,
  ndjson,
  parquet,
  walk,
} from '../index.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const rows = Array.from({ length: 40_000 }, (_, n) => `row ${n}`)
const text = rows.map((row) => `${row}\n`).join('')
const clock = {
  now: () => 0,
  monotonic: () => performance.now(),
  after(ms: number, callback: () => void) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
const context = () => ({ signal: new AbortController().signal, clock }) as unknown as Context<unknown, never>

/** What a source gives up to a batch, the place behind it as a checkpoint keeps it, and how to go on there. */
async function begun<Item>(source: BatchSourceTerm<Item>, batches: number) {
  const given: Item[] = []
  let place: unknown
  let left = batches
  const ctx = context()
  for await (const batch of source.batches(ctx) as AsyncIterable<readonly Item[]>) {
    given.push(...batch)
    place = structuredClone(source.position?.(batch))
    if (--left === 0) break
  }
  await source.exit?.(ctx)
  return {
    given,
    async rest(): Promise<Item[]> {
      const more: Item[] = []
      for await (const batch of (source.seek?.(place, context()) ?? []) as AsyncIterable<readonly Item[]>)
        more.push(...batch)
      return more
    },
  }
}

const sources = {
  lines: { name: 'a.txt', source: (file: string) => lines(file), bytes: Buffer.from(text) },
  'lines of a packed file': {
    name: 'a.txt.gz',
    source: (file: string) => lines(file),
    bytes: gzipSync(text),
  },
  'lines in UTF-16': {
    name: 'a.txt',
    source: (file: string) => lines(file, { encoding: 'utf16le' }),
    bytes: Buffer.from(text, 'utf16le'),
  },
  csv: { name: 'a.csv', source: (file: string) => csv(file, { columns: false }), bytes: Buffer.from(text) },
}

test.each(Object.entries(sources))(
  '%s: goes on behind what was given',
  async (_, { name, source, bytes }) => {
    const file = join(await temporaryFolder(), name)
    await writeFile(file, bytes)
    const { given, rest } = await begun<unknown>(source(file), 2)
    expect(given.length).toBeLessThan(rows.length)
    expect([...given, ...(await rest())].map(String)).toEqual(rows)
    // a copy that holds the same is the same file
    await copyFile(file, `${file}.copy`)
    await rename(`${file}.copy`, file)
    await utimes(file, 1, 1)
    await appendFile(file, name.endsWith('.gz') ? gzipSync('') : Buffer.alloc(0))
  },
)

test.each(Object.entries(sources))(
  '%s: a file that is another one is refused',
  async (_, { name, source, bytes }) => {
    const file = join(await temporaryFolder(), name)
    await writeFile(file, bytes)
    const { rest } = await begun<unknown>(source(file), 2)
    const refused = async (how: string) =>
      expect(await rest().catch((error: unknown) => error)).toMatchObject({
        code: 'CHANGED_FILE',
        message: expect.stringMatching(
          new RegExp(`${file} is not what it was.*${how}.*remove the checkpoint`),
        ),
      })
    await truncate(file, 1000)
    await refused('has 1000 bytes, fewer than the')
    const other = Buffer.from(bytes)
    other[3] = (other[3] as number) ^ 1
    await writeFile(file, Buffer.concat([other, Buffer.alloc(10)]))
    await refused('holds something else in the')
    await writeFile(file, bytes)
    await utimes(file, 1, 1)
    await refused('was written to since, and has not grown')
    await rm(file)
    await expect(rest()).rejects.toMatchObject({ code: 'BAD_INPUT' })
  },
)

const small: Record<string, (file: string) => Term<never, unknown>> = {
  lines: (file) => lines(file),
  csv: (file) => csv(file, { columns: false }),
  ndjson: (file) => ndjson(file),
}

describe.each(Object.entries(small))('%s: a run that stops within the first batch', (_, source) => {
  const numbers = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, n) => `${1000 + from + n}\n`).join('')

  /** A file of 200 records, far smaller than a chunk, and the checkpoint of a run that was ended after a few of them. */
  async function stopped() {
    const file = join(await temporaryFolder(), 'a.txt')
    await writeFile(file, numbers(0, 200))
    const store = new MemoryStore()
    let left: MemoryStore | undefined
    let seen = 0
    const slow = map(async (record: unknown) => {
      seen++
      await new Promise(setImmediate)
      return record
    })
    const begun = run(source(file).pipe(slow, collect<unknown>()), {
      batchItems: 5,
      checkpoint: { store, everyItems: 5 },
    })
    begun.on('checkpoint', () => {
      if (seen < 50 || left !== undefined) return
      left = store.copy()
      void begun.cancel()
    })
    await begun.done.catch(() => undefined)
    return {
      file,
      async goOn(): Promise<unknown> {
        const { results } = await run(source(file).pipe(slow, collect<unknown>()), {
          checkpoint: { store: left as MemoryStore, everyItems: 1_000_000 },
        }).done
        return (results['collect'] as unknown[]).map(String)
      },
    }
  }

  test.each([
    ['was cut', (file: string) => truncate(file, 500), 'has 500 bytes, fewer than the 1000'],
    ['was replaced', (file: string) => writeFile(file, numbers(500, 800)), 'holds something else'],
    ['was written to', (file: string) => utimes(file, 1, 1), 'was written to since'],
  ])('is refused where the file %s', async (_, change, why) => {
    const { file, goOn } = await stopped()
    await change(file)
    await expect(goOn()).rejects.toMatchObject({
      code: 'TERM_FAILED',
      cause: { code: 'CHANGED_FILE', message: expect.stringContaining(why) },
    })
  })

  test('goes on where the file has grown', async () => {
    const { file, goOn } = await stopped()
    await appendFile(file, numbers(200, 300))
    expect(await goOn()).toEqual(numbers(0, 300).trim().split('\n'))
  })
})

test('lines may be added at the end, also to one that had no end yet', async () => {
  const file = join(await temporaryFolder(), 'a.txt')
  await writeFile(file, `${text}half`)
  const { given, rest } = await begun(lines(file), 2)
  await appendFile(file, ' and whole\nmore\n')
  expect([...given, ...(await rest())]).toEqual([...rows, 'half and whole', 'more'])
})

test('a Parquet file is gone on with behind the last rows; another one is refused', async () => {
  const file = join(await temporaryFolder(), 'a.parquet')
  const bytesOf = (data: readonly number[]) =>
    new Uint8Array(
      parquetWriteBuffer({ columnData: [{ name: 'n', data: [...data], type: 'INT32' }], rowGroupSize: 100 }),
    )
  const numbers = Array.from({ length: 1000 }, (_, n) => n)
  await writeFile(file, bytesOf(numbers))
  const { given, rest } = await begun(parquet<{ n: number }>(file, { batchRows: 100 }) as never, 3)
  expect(given).toHaveLength(300)
  expect([...given, ...(await rest())]).toEqual(numbers.map((n) => ({ n })))
  await copyFile(file, `${file}.copy`)
  await rename(`${file}.copy`, file)
  expect(await rest()).toHaveLength(700)
  const refused = async (how: string) =>
    expect(await rest().catch((error: unknown) => error)).toMatchObject({
      code: 'CHANGED_FILE',
      message: expect.stringMatching(new RegExp(`${file} is not what it was.*${how}.*remove the checkpoint`)),
    })
  const before = bytesOf(numbers).length
  await writeFile(file, bytesOf(numbers.slice(1)))
  await refused(`where it had ${before}`)
  const other = bytesOf(numbers.map((n) => 999 - n))
  // other rows in a file of the same size
  expect(other.length).toBe(before)
  await writeFile(file, other)
  await refused('holds something else')
  await rm(file)
  await expect(rest()).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

test('a folder is gone on with behind the last path, whatever came or went', async () => {
  const folder = await temporaryFolder()
  for (const sub of ['a', 'c', 'e']) await mkdir(join(folder, sub))
  for (const name of ['a/1', 'a/2', 'b', 'c/1', 'd', 'e/1']) await writeFile(join(folder, name), '')
  const shown = (paths: readonly string[]) => paths.map((path) => path.slice(folder.length + 1))
  const { given, rest } = await begun(walk(folder), 3)
  expect(shown(given)).toEqual(['a/1', 'a/2', 'b', 'c/1'])
  await writeFile(join(folder, 'a/3'), '')
  await writeFile(join(folder, 'c/2'), '')
  await rm(join(folder, 'c/1'))
  expect(shown(await rest())).toEqual(['c/2', 'd', 'e/1'])
  const some = await begun(glob('**/1', { cwd: folder }), 1)
  expect([some.given, await some.rest()]).toEqual([['a/1'], ['e/1']])
})

test('a tail goes on at its place, within a line and a character; of another file it is refused', async () => {
  const file = join(await temporaryFolder(), 'a.log')
  const accent = Buffer.from('é')
  await writeFile(file, Buffer.concat([Buffer.from('one\nhalf a l'), accent.subarray(0, 1)]))
  const { given, rest } = await begun(fileTail(file, { pollMs: 1, untilIdleMs: 5 }), 1)
  expect(given).toEqual(['one\nhalf a l'])
  await appendFile(file, Buffer.concat([accent.subarray(1), Buffer.from('ine\n')]))
  expect((await rest()).join('')).toBe('éine\n')
  await appendFile(file, 'more\n')
  expect((await rest()).join('')).toBe('éine\nmore\n')
  await writeFile(file, 'two\nlines of another file')
  await expect(rest()).rejects.toMatchObject({ code: 'CHANGED_FILE' })
})

test('a watch gives again only what has changed since', async () => {
  const file = join(await temporaryFolder(), 'a.txt')
  await writeFile(file, 'first')
  const watched = fileWatch(file, { pollMs: 1 })
  const { given } = await begun(watched, 1)
  expect(given).toMatchObject([{ text: 'first' }])
  const ctx = context()
  const batches = (watched.batches(ctx) as AsyncIterable<readonly { text: string }[]>)[Symbol.asyncIterator]()
  const place = watched.position?.((await batches.next()).value as never)
  await watched.exit?.(ctx)
  await writeFile(file, 'second')
  for await (const batch of (watched.seek?.(place, context()) ?? []) as AsyncIterable<readonly unknown[]>) {
    expect(batch).toMatchObject([{ text: 'second' }])
    break
  }
})

test('replays() is refused where it cannot be true', () => {
  const live = [
    fileTail('a'),
    fileWatch('a'),
    httpPoll('http://127.0.0.1/'),
    interval(5),
    cron('* * * * *'),
    fromEvents(new EventTarget(), 'x', { overflow: 'fail' }),
  ]
  for (const source of live) {
    expect(() => source.replays()).toThrow(
      expect.objectContaining({ code: 'NOT_REPLAYABLE', message: expect.stringContaining(source.name) }),
    )
  }
  expect(interval(5, { missed: 'catchUp' }).replays().isReplayable).toBe(true)
})
