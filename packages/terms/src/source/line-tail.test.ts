/** Goal: `lineTail`, `ndjsonTail`, `csvTail` and `globTail` go on in the next file; what cannot be right is refused. */

import { appendFile, mkdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { run, type Term } from '@millrace/core'
import { MemoryStore, SinkProbe, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { collect, csvTail, fileTail, globTail, lineTail, map, ndjsonTail, take, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { openFilesIn } from '../test/open-files.ts'
import { sleeping } from '../test/sleeping.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const POLL_MS = 1000

/** Runs a tail on a virtual clock; `look` lets it look once more. */
async function following<Item>(make: (file: string) => Term<never, Item>, begin = 'one\n') {
  const folder = await temporaryFolder()
  const file = join(folder, 'app.log')
  await writeFile(file, begin)
  const clock = new VirtualClock()
  const sink = new SinkProbe<Item>().request()
  const tailing = run(make(file).pipe(sink as never), { clock })
  tailing.done.catch(() => undefined)
  await sleeping(clock)
  return {
    folder,
    file,
    clock,
    tailing,
    received: sink.received,
    async look(times = 3) {
      for (let n = 0; n < times; n++) {
        await clock.advance(POLL_MS)
        await sleeping(clock)
      }
    },
    async stop() {
      const { outcome } = await tailing.stop()
      expect([outcome, clock.pending]).toEqual(['stopped', 0])
      if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
    },
  }
}

test('only whole lines are given, without their ends; the last of a renamed file needs none', async () => {
  const tail = await following((file) => lineTail(file, { follow: 'name' }), '\ufeffone\r\ntw')
  expect(tail.received).toEqual(['one'])
  await appendFile(tail.file, 'o\nthree')
  await tail.look(1)
  expect(tail.received).toEqual(['one', 'two'])
  await rename(tail.file, `${tail.file}.1`)
  await tail.look()
  await appendFile(`${tail.file}.1`, ' is long')
  await writeFile(tail.file, '\ufefffour\n')
  await tail.look()
  expect(tail.received).toEqual(['one', 'two', 'three is long', 'four'])
  await tail.stop()
})

test('a line that goes on behind a cut is one line', async () => {
  const tail = await following((file) => lineTail(file, { follow: 'name' }), 'one\ntw')
  await writeFile(`${tail.file}.1`, 'one\ntw')
  await truncate(tail.file)
  await appendFile(tail.file, 'o\nthree\n')
  await tail.look()
  expect(tail.received).toEqual(['one', 'two', 'three'])
  await tail.stop()
})

test('a name without a file is waited for; a file that was removed as well', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'app.log')
  const clock = new VirtualClock()
  const lines = toArray(lineTail(file, { follow: 'name' }).pipe(take(1)), { clock })
  await sleeping(clock)
  await clock.advance(POLL_MS)
  await sleeping(clock)
  await writeFile(file, 'one\n')
  await clock.advance(POLL_MS)
  expect(await lines).toEqual(['one'])
})

test('long lines are read whole, up to maxLineBytes', async () => {
  const line = 'é'.repeat(400_000)
  const file = join(await temporaryFolder(), 'app.log')
  await writeFile(file, `${line}\nshort\n`)
  const read = async (options: object) => {
    const clock = new VirtualClock()
    const lines = toArray(lineTail(file, { untilIdleMs: 1, ...options }), { clock })
    lines.catch(() => undefined)
    for (let n = 0; n < 3; n++) {
      await Promise.race([sleeping(clock), lines.catch(() => undefined)])
      await clock.advance(1)
    }
    return lines
  }
  expect(await read({})).toEqual([line, 'short'])
  await expect(read({ maxLineBytes: 799_999 })).rejects.toEqual(
    badInput('lineTail', 'more than 799999 bytes'),
  )
  expect(await read({ maxLineBytes: 800_000 })).toEqual([line, 'short'])
  await expect(read({ maxLineBytes: 700_000 })).rejects.toEqual(
    badInput('lineTail', 'has a line of more than 700000 bytes, which begins "éé'),
  )
})

test('a file that was cut without a copy, or replaced, fails the run', async () => {
  const cut = await following((file) => lineTail(file, { follow: 'name' }))
  await writeFile(cut.file, 'other\n')
  await cut.clock.advance(POLL_MS)
  await sleeping(cut.clock)
  await cut.clock.advance(POLL_MS)
  await expect(cut.tailing.done).rejects.toEqual(
    badInput('lineTail', 'it was cut, and no copy of what was read of it is in its folder'),
  )
  const replaced = await following((file) => lineTail(file, { follow: 'name' }))
  await writeFile(`${replaced.file}.new`, 'other\n')
  await rename(`${replaced.file}.new`, replaced.file)
  await replaced.clock.advance(POLL_MS)
  await sleeping(replaced.clock)
  await replaced.clock.advance(POLL_MS)
  await expect(replaced.tailing.done).rejects.toEqual(
    badInput('lineTail', 'it was replaced by another one, and is no longer in its folder under any name'),
  )
})

const idle = { follow: 'name', pollMs: 1000, untilIdleMs: 1000 } as const
const tails = [
  ['lineTail', (file: string) => lineTail(file, idle)],
  [
    'globTail',
    (file: string) =>
      globTail('app.log', { cwd: join(file, '..'), pollMs: 1000, untilIdleMs: 1000 }).pipe(
        map(({ line }) => line),
      ),
  ],
] as const

/** Lets it look until it ends. */
async function ended(tail: Awaited<ReturnType<typeof following<string>>>) {
  const end = tail.tailing.done.then(
    () => 'completed' as const,
    (error: unknown) => error,
  )
  for (let looks = 0; looks < 9; looks++) {
    await tail.clock.advance(POLL_MS)
    await Promise.race([sleeping(tail.clock), end])
  }
  return Promise.race([end, 'not ended'])
}

test.each(tails)(
  '%s does not end while a rotated file is to be left, or one is missing',
  async (name, make) => {
    const rotated = await following(make)
    await rename(rotated.file, `${rotated.file}.1`)
    await writeFile(rotated.file, 'two\n')
    expect([await ended(rotated), rotated.received]).toEqual(['completed', ['one', 'two']])
    const cut = await following(make)
    await writeFile(cut.file, 'other\n')
    expect(await ended(cut)).toEqual(
      badInput(name, 'it was cut, and no copy of what was read of it is in its folder'),
    )
  },
)

test.each(tails)('%s does not end while a line grows', async (_, make) => {
  const tail = await following(make)
  for (const part of ['h', 'a', 'lf']) {
    await appendFile(tail.file, part)
    await tail.clock.advance(POLL_MS)
    await sleeping(tail.clock)
  }
  await appendFile(tail.file, ' a line\n')
  expect([await ended(tail), tail.received]).toEqual(['completed', ['one', 'half a line']])
})

test('a file that ends without a line end is replaced: an error as well', async () => {
  const tail = await following((file) => lineTail(file), 'one\nhalf')
  await writeFile(`${tail.file}.new`, 'other\n')
  await rename(`${tail.file}.new`, tail.file)
  await tail.clock.advance(POLL_MS)
  await expect(tail.tailing.done).rejects.toEqual(badInput('lineTail', 'was replaced by another file'))
})

test.each([
  ['app-29-11-2026.log', 'app-30-11-2026.log', 'app-01-12-2026.log'],
  ['app.log-29112026', 'app.log-30112026', 'app.log-01122026'],
  ['app.log-11-30-2025', 'app.log-12-01-2025', 'app.log-01-01-2026'],
  ['app.log-251130', 'app.log-251201', 'app.log-260101'],
  ['app.log.2026-11-30T22', 'app.log.2026-11-30T23', 'app.log.2026-12-01T00'],
])('names with dates: %s, %s, %s', async (...names) => {
  const folder = await temporaryFolder()
  for (const [at, name] of [...names, 'app.log'].entries()) {
    await writeFile(join(folder, name), `${at}\n`)
    await utimes(join(folder, name), 1000 + at, 1000 + at)
  }
  const options = { follow: 'name', fromOldest: true, pollMs: 1, untilIdleMs: 20 } as const
  expect(await toArray(lineTail(join(folder, 'app.log'), options))).toEqual(['0', '1', '2', '3'])
})

test('names with dates of which the order cannot be told are refused', async () => {
  const folder = await temporaryFolder()
  for (const [at, name] of ['app.log-30-11-26', 'app.log-01-12-26', 'app.log'].entries()) {
    await writeFile(join(folder, name), `${at}\n`)
    await utimes(join(folder, name), 1000 + at, 1000 + at)
  }
  const options = { follow: 'name', fromOldest: true, pollMs: 1, untilIdleMs: 20 } as const
  await expect(toArray(lineTail(join(folder, 'app.log'), options))).rejects.toEqual(
    badInput('lineTail', 'Have rotated files named by the year in four digits first'),
  )
})

test('a packed file of the past that holds nothing: those before it are not read', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'app.log')
  await writeFile(`${file}.2.gz`, gzipSync('past\n'))
  await writeFile(`${file}.1.gz`, gzipSync(''))
  await writeFile(file, 'now\n')
  expect(await toArray(lineTail(file, { follow: 'name', pollMs: 1, untilIdleMs: 20 }))).toEqual(['now'])
})

test('a file that is written to after it was left fails the run', async () => {
  const tail = await following((file) => lineTail(file, { follow: 'name' }))
  await rename(tail.file, `${tail.file}.1`)
  await writeFile(tail.file, 'two\n')
  await tail.look()
  expect(tail.received).toEqual(['one', 'two'])
  await appendFile(`${tail.file}.1`, 'late\n')
  await tail.clock.advance(POLL_MS)
  await expect(tail.tailing.done).rejects.toEqual(
    badInput('lineTail', 'was read to its end, at byte 4, and was written to after that: it has 9 bytes'),
  )
})

test('which number is the newest is told by the times, or refused', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'app.log')
  for (const name of ['.1', '.2', '']) {
    await writeFile(file + name, `in ${name}\n`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const read = (options: object) =>
    toArray(lineTail(file, { follow: 'name', fromOldest: true, pollMs: 1, untilIdleMs: 20, ...options }))
  await expect(read({})).rejects.toEqual(badInput('lineTail', "say newestNumber: 'highest'"))
  expect(await read({ newestNumber: 'highest' })).toEqual(['in .1', 'in .2', 'in '])
  expect(await read({ newestNumber: 'lowest' })).toEqual(['in .2', 'in .1', 'in '])
})

test('what is packed is unpacked, or refused', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'app.log')
  await writeFile(`${file}-20261128.gz`, gzipSync('one\n'))
  await writeFile(`${file}-20261129`, 'two\n')
  await writeFile(file, 'three\n')
  const read = () => toArray(lineTail(file, { follow: 'name', fromOldest: true, pollMs: 1, untilIdleMs: 20 }))
  expect(await read()).toEqual(['one', 'two', 'three'])
  await rename(`${file}-20261128.gz`, `${file}-20261128.xz`)
  await expect(read()).rejects.toEqual(badInput('lineTail', 'only .gz files can be unpacked'))
  await writeFile(`${file}-20261128.gz`, 'no gzip')
  await rm(`${file}-20261128.xz`)
  await expect(read()).rejects.toEqual(badInput('lineTail', '-20261128.gz cannot be unpacked'))
})

test('fileTail ends the last line of a file that was renamed', async () => {
  const tail = await following((file) => fileTail(file, { follow: 'name' }), 'one')
  await rename(tail.file, `${tail.file}.1`)
  await writeFile(tail.file, 'two\n')
  await tail.look()
  expect(tail.received.join('')).toBe('one\ntwo\n')
  await tail.stop()
})

test('each renamed CSV file has the names of its columns; a cut one goes on without', async () => {
  const make = (file: string) => csvTail<{ a: string; b: string }>(file, { follow: 'name' })
  const tail = await following(make, 'a,b\n1,"x\n')
  await appendFile(tail.file, 'y"\n2,z')
  await rename(tail.file, `${tail.file}.1`)
  await writeFile(tail.file, 'a,b\n3,w\n')
  await tail.look()
  await rename(`${tail.file}.1`, `${tail.file}.2`)
  await writeFile(`${tail.file}.1`, 'a,b\n3,w\n4,v\n')
  await writeFile(tail.file, '5,u\n')
  await tail.look()
  expect(tail.received).toEqual([
    { a: '1', b: 'x\ny' },
    { a: '2', b: 'z' },
    { a: '3', b: 'w' },
    { a: '4', b: 'v' },
    { a: '5', b: 'u' },
  ])
  await tail.stop()
  const other = await following(make, 'a,b\n1,x\n')
  await rename(other.file, `${other.file}.1`)
  await writeFile(other.file, '2,y\n3,z\n')
  await other.clock.advance(POLL_MS)
  await sleeping(other.clock)
  await other.clock.advance(POLL_MS)
  await expect(other.tailing.done).rejects.toEqual(
    badInput('csvParser', 'it begins with 2, y, and the file before with the columns a, b'),
  )
})

test('ndjsonTail: lines that are no JSON fail the run, are left out, or become dead letters', async () => {
  const file = join(await temporaryFolder(), 'a.ndjson')
  await writeFile(file, '{"n":1}\n{"n":\n\n{"n":12345678901234567890}\n')
  const options = { pollMs: 1, untilIdleMs: 1 }
  await expect(toArray(ndjsonTail(file, options))).rejects.toEqual(
    badInput('parseNdjson', 'Line 2 is no JSON'),
  )
  const values = [{ n: 1 }, { n: 12345678901234567890n }]
  for (const invalid of ['skip', 'deadLetter'] as const) {
    const sink = collect<unknown>()
    const tail = ndjsonTail(file, { ...options, invalid, largeIntegers: 'bigint' })
    const running = run(tail.pipe(sink))
    const letters: unknown[] = []
    if (invalid === 'deadLetter') for await (const { item } of running.deadLetters()) letters.push(item)
    const { result } = await running.done
    expect([result(sink), letters]).toEqual([values, invalid === 'skip' ? [] : ['{"n":']])
  }
})

test('globTail finds new files, and reads what is rotated once', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.log'), 'a1\n')
  await writeFile(join(folder, 'a-2026-11-29.log'), 'before\n')
  const clock = new VirtualClock()
  const sink = new SinkProbe<{ file: string; line: string }>().request()
  const tailing = run(globTail('**/*.log', { cwd: folder, maxOpen: 2 }).pipe(sink), { clock })
  let seen = 0
  const look = async (): Promise<string[]> => {
    for (let n = 0; n < 4; n++) {
      await clock.advance(POLL_MS)
      await sleeping(clock)
    }
    const news = sink.received.slice(seen)
    seen += news.length
    return news.map(({ file, line }) => `${file} ${line}`)
  }
  await sleeping(clock)
  expect(await look()).toEqual(['a.log a1'])
  await mkdir(join(folder, 'sub'))
  for (const name of ['b', 'c', 'sub/d', 'sub/e']) await writeFile(join(folder, `${name}.log`), `${name}1\n`)
  expect((await look()).sort()).toEqual(['b.log b1', 'c.log c1', 'sub/d.log sub/d1', 'sub/e.log sub/e1'])
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)?.length).toBeLessThanOrEqual(2)
  await appendFile(join(folder, 'a.log'), 'a2\n')
  await rename(join(folder, 'a.log'), join(folder, 'a-2026-11-30.log'))
  await writeFile(join(folder, 'a.log'), 'a3\n')
  await appendFile(join(folder, 'b.log'), 'b2\nb3\n')
  await rm(join(folder, 'c.log'))
  expect((await look()).sort()).toEqual(['a.log a2', 'a.log a3', 'b.log b2', 'b.log b3'])
  await writeFile(join(folder, 'c.log'), 'c of another file\n')
  expect(await look()).toEqual(['c.log c of another file'])
  await tailing.stop()
  expect(clock.pending).toBe(0)
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('globTail goes on from a checkpoint in the middle of what it gave, in each file', async () => {
  const folder = await temporaryFolder()
  const all = ['a', 'b', 'c'].flatMap((name) =>
    Array.from({ length: 50 }, (_, n) => `${name}.log ${name}${n}`),
  )
  for (const name of ['a', 'b', 'c']) {
    await writeFile(
      join(folder, `${name}.log`),
      Array.from({ length: 50 }, (_, n) => `${name}${n}\n`).join(''),
    )
  }
  for (let kill = 1; kill < 150; kill += 13) {
    const sink = collect<string>()
    const store = new MemoryStore()
    let seen = 0
    let left: MemoryStore | undefined
    const make = () =>
      globTail('*.log', { cwd: folder, pollMs: 1, untilIdleMs: 20, maxOpen: 1 }).pipe(
        map(async ({ file, line }) => {
          seen++
          await new Promise(setImmediate)
          return `${file} ${line}`
        }),
        sink,
      )
    const options = { batchItems: 3, edges: { capacityItems: 3 } }
    const first = run(make(), { ...options, checkpoint: { store, everyItems: 1 } })
    first.on('checkpoint', () => {
      if (seen < kill || left !== undefined) return
      left = store.copy()
      void first.cancel()
    })
    await first.done.catch(() => undefined)
    // another file has news first
    await writeFile(join(folder, '0.log'), 'news\n')
    const { result } = await run(make(), {
      ...options,
      checkpoint: { store: left as MemoryStore, everyItems: 1000 },
    }).done
    expect([...result(sink)].sort()).toEqual([...all, '0.log news'].sort())
    await rm(join(folder, '0.log'))
  }
})

test('refuses options that make no sense', async () => {
  expect(() => lineTail('a', { follow: 'inode' as never })).toThrow(invalidOption('follow of lineTail()'))
  expect(() => lineTail('a', { fromOldest: true })).toThrow(invalidOption('fromOldest of lineTail()'))
  expect(() => lineTail('a', { follow: 'name', newestNumber: 1 as never })).toThrow(
    invalidOption('newestNumber of lineTail()'),
  )
  expect(() => lineTail('a', { encoding: 'utf16le' as never })).toThrow(
    invalidOption('encoding of lineTail()'),
  )
  expect(() => lineTail('a', { maxLineBytes: 0 })).toThrow(invalidOption('maxLineBytes of lineTail()'))
  expect(() => ndjsonTail('a', { invalid: 'drop' as never })).toThrow(
    invalidOption('invalid of ndjsonTail()'),
  )
  expect(() => globTail('')).toThrow(invalidOption('pattern'))
  expect(() => globTail('*', { maxOpen: 0 })).toThrow(invalidOption('maxOpen of globTail()'))
  expect(() => globTail('*', { follow: 'name' } as never)).toThrow(invalidOption('follow'))
  const folder = await temporaryFolder()
  for (const name of ['a', 'b']) await writeFile(join(folder, name), '')
  await expect(toArray(globTail('*', { cwd: folder, maxFiles: 1 }))).rejects.toEqual(
    badInput('globTail', 'More than 1 files match *'),
  )
})
