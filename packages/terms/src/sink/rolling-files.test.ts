/** Goal: rolled files appear whole and never change; together they hold each line once, whenever the run dies. */

import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { run, type Term } from '@millrace/core'
import { MemoryStore, Random, SourceProbe, seededSchedule, VirtualClock } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import { fromIterable, lineTail, map, writeCsv, writeLines, writeNdjson } from '../index.ts'
import { invalidOption } from '../test/failing.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import type { RollOptions } from './roll.ts'
import type { RollingPosition } from './rolled-file.ts'
import { type Rolling, RollingFiles } from './rolling-files.ts'
import type { Complete } from './stake.ts'

/** What readers see: the files under their names, by name. */
function seenIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'))
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

function hiddenIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.'))
}

test('by size: a line that would not fit begins another file; one that never fits has one of its own', async () => {
  const folder = await temporaryFolder()
  const lines = ['aaaa', 'bbbb', 'cccc', 'much too long', 'd', 'e']
  const sink = writeLines(join(folder, 'out.log'), { roll: { maxBytes: 10 } })
  const summary = await run(fromIterable(lines).pipe(sink)).done
  expect(seenIn(folder)).toEqual({
    'out-000001.log': 'aaaa\nbbbb\n',
    'out-000002.log': 'cccc\n',
    'out-000003.log': 'much too long\n',
    'out-000004.log': 'd\ne\n',
  })
  expect(summary.result(sink)).toEqual({ file: join(folder, 'out.log'), lines: 6, bytes: 33 })
  // names that are taken are passed over
  await run(fromIterable(['next']).pipe(writeLines(join(folder, 'out.log'), { roll: { maxBytes: 10 } }))).done
  expect(seenIn(folder)).toMatchObject({ 'out-000004.log': 'd\ne\n', 'out-000005.log': 'next\n' })
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

const HOUR = 3_600_000
const at = (time: string): number => Date.parse(`2026-11-29T${time}Z`)

test('by window: a file for each, named after it; one that comes back has another part', async () => {
  const folder = await temporaryFolder()
  const windows = ['10:00', '10:30', '11:00', '10:59', '12:15'].map((time) => ({ start: at(time) }))
  const file = join(folder, 'events.ndjson')
  const roll = { everyMs: HOUR, time: ({ start }: { start: number }) => start }
  await run(fromIterable(windows).pipe(writeNdjson(file, { roll }))).done
  const line = (time: string): string => `${JSON.stringify({ start: at(time) })}\n`
  expect(seenIn(folder)).toEqual({
    'events-2026-11-29T10.ndjson': line('10:00') + line('10:30'),
    'events-2026-11-29T11.ndjson': line('11:00'),
    'events-2026-11-29T10-2.ndjson': line('10:59'),
    'events-2026-11-29T12.ndjson': line('12:15'),
  })
})

test.each([
  [86_400_000, 'a-2026-11-29.txt'],
  [HOUR / 60, 'a-2026-11-29T10-05.txt'],
  [10_000, 'a-2026-11-29T10-05-20.txt'],
  [1, 'a-2026-11-29T10-05-21-500.txt'],
])('a period of %d ms gives the name %s', async (everyMs, name) => {
  const folder = await temporaryFolder()
  const roll = { everyMs, time: () => at('10:05:21.5') }
  await run(fromIterable(['x']).pipe(writeLines(join(folder, 'a.txt'), { roll }))).done
  expect(seenIn(folder)).toEqual({ [name]: 'x\n' })
})

test('by the clock: a file is there when its period is over, though nothing more comes', async () => {
  const folder = await temporaryFolder()
  const clock = new VirtualClock()
  const source = new SourceProbe<string>()
  const running = run(
    source.pipe(writeLines(join(folder, 'a.log'), { roll: { everyMs: 1000 }, flushMs: 100 })),
    { clock },
  )
  source.send('one').send('two')
  // one for the period, one for what readers see
  await expect.poll(() => clock.pending).toBe(2)
  expect(seenIn(folder)).toEqual({})
  await clock.advance(100)
  const unfinished = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.tmp'))
  // what has come can be read beside its name
  await expect
    .poll(() =>
      unfinished()
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join(''),
    )
    .toBe('one\ntwo\n')
  await clock.advance(900)
  await expect.poll(() => seenIn(folder)).toEqual({ 'a-1970-01-01T00-00-00.log': 'one\ntwo\n' })
  source.send('three').end()
  await running.done
  expect(seenIn(folder)).toMatchObject({ 'a-1970-01-01T00-00-01.log': 'three\n' })
  expect([unfinished(), clock.pending]).toEqual([[], 0])
})

test('each CSV file begins with the names of the columns', async () => {
  const folder = await temporaryFolder()
  const rows = [1, 2, 3].map((n) => ({ n, text: 'x'.repeat(n) }))
  const roll = { everyMs: 2, time: ({ n }: { n: number }) => n }
  await run(fromIterable(rows).pipe(writeCsv(join(folder, 'a.csv'), { roll }))).done
  const options = { roll: { maxBytes: 14 }, columns: ['n', 'text'] }
  await run(fromIterable(rows).pipe(writeCsv(join(folder, 'b.csv'), options))).done
  expect(seenIn(folder)).toEqual({
    'a-1970-01-01T00-00-00-000.csv': 'n,text\n1,x\n',
    'a-1970-01-01T00-00-00-002.csv': 'n,text\n2,xx\n3,xxx\n',
    'b-000001.csv': 'n,text\n1,x\n',
    'b-000002.csv': 'n,text\n2,xx\n',
    'b-000003.csv': 'n,text\n3,xxx\n',
  })
})

test('killed at any moment: what is there is whole, never changes, and is what an undisturbed run leaves', async () => {
  const all = Array.from({ length: 400 }, (_, n) => ({ n, text: 'é'.repeat(n % 30) }))
  const rolls: RollOptions<{ n: number }>[] = [
    { maxBytes: 700 },
    { everyMs: 25, time: ({ n }) => n },
    { everyMs: 40, time: ({ n }) => n, maxBytes: 500 },
  ]
  for (const [i, roll] of rolls.entries()) {
    const whole = await temporaryFolder()
    const make = (folder: string): Term<never, never> => {
      const slow = map(async (item: { n: number; text: string }) => item)
      return fromIterable(all).pipe(slow, writeNdjson(join(folder, 'a.ndjson'), { roll }))
    }
    await run(make(whole)).done
    expect(Object.keys(seenIn(whole)).length).toBeGreaterThan(9)
    for (let seed = 0; seed < 5; seed++) {
      const folder = await temporaryFolder()
      const random = new Random(seed * 3 + i)
      let store = new MemoryStore()
      for (let kills = 0; ; kills++) {
        let left = kills === 6 ? Number.POSITIVE_INFINITY : 1 + random.below(150)
        let remains: MemoryStore | undefined
        const running = run(make(folder), {
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
        expect(seenIn(whole)).toMatchObject(seenIn(folder))
      }
      expect(seenIn(folder)).toEqual(seenIn(whole))
      // of a checkpointed run the stake stays
      expect(hiddenIn(folder)).toEqual([expect.stringMatching(/\.stake$/)])
    }
  }
})

const rolling: Rolling = {
  maxBytes: 5,
  everyMs: undefined,
  isTimed: false,
  clock: new VirtualClock(),
  flushMs: undefined,
}
const lines = ['one', 'two', 'three', 'four', 'five']
const all = {
  'a-000001.log': 'one\n',
  'a-000002.log': 'two\n',
  'a-000003.log': 'three\n',
  'a-000004.log': 'four\n',
  'a-000005.log': 'five\n',
}

/** Writes these lines; a checkpoint was taken behind the first `kept` of them. */
async function begun(kept = 3) {
  const folder = await temporaryFolder()
  const file = join(folder, 'a.log')
  const files = await RollingFiles.open(file, rolling)
  for (const line of lines.slice(0, kept)) await files.write(line)
  const position = structuredClone(files.position())
  await files.sync()
  return { folder, file, files, position }
}

async function goOn(file: string, position: RollingPosition, more: readonly string[]) {
  const files = await RollingFiles.reopen(file, rolling, position)
  for (const line of more) await files.write(line)
  return files.commit()
}

describe('a run goes on', () => {
  test.each([0, 1, 3, 5])(
    'after it was complete, from a checkpoint behind line %d, with more',
    async (kept) => {
      const { folder, file, files, position } = await begun(kept)
      for (const line of lines.slice(kept)) await files.write(line)
      await files.commit()
      const more = [...lines.slice(kept), 'six']
      // stopped before it has come to where it was
      await goOn(file, position, more.slice(0, 1))
      expect(await goOn(file, position, more)).toEqual({ file, lines: 6, bytes: 28 })
      expect(seenIn(folder)).toEqual({ ...all, 'a-000006.log': 'six\n' })
    },
  )

  test('that was stopped, with lines that its source has since got', async () => {
    const folder = await temporaryFolder()
    const log = join(folder, 'in.txt')
    const store = new MemoryStore()
    const clock = new VirtualClock()
    const sink = writeLines(join(folder, 'out.log'), { roll: { maxBytes: 6 } })
    for (const [text, count] of [
      ['a1\na2\n', 2],
      ['b1\nb2\nb3\n', 5],
      ['', 5],
    ] as const) {
      appendFileSync(log, text)
      let seen = 0
      const counted = map((line: string) => {
        seen++
        return line
      })
      const running = run(lineTail(log).pipe(counted, sink), { clock, checkpoint: { store } })
      await expect.poll(() => seen).toBe(count)
      expect(await running.stop()).toMatchObject({ outcome: 'stopped' })
    }
    const names = Object.values(seenIn(folder)).slice(1)
    expect(names.join('')).toBe('a1\na2\nb1\nb2\nb3\n')
  })

  test('that died while it gave its files their names', async () => {
    const { folder, file, files, position } = await begun()
    for (const line of lines.slice(3)) await files.write(line)
    await files.commit()
    // as it was in the middle: the last two files have no names yet
    const stake = JSON.parse(readFileSync(position.stake, 'utf8')) as Complete
    for (const { temporary, final } of stake.closed.slice(-2)) renameSync(final, temporary)
    await goOn(file, position, lines.slice(3))
    expect(seenIn(folder)).toEqual(all)
  })

  test('from an older checkpoint than the one that its files got their names by', async () => {
    const { folder, file, files, position } = await begun(2)
    for (const line of lines.slice(2)) await files.write(line)
    await files.acknowledge(files.position())
    await files.discard()
    expect(Object.keys(seenIn(folder))).toEqual(Object.keys(all).slice(0, 4))
    await goOn(file, position, lines.slice(2))
    expect(seenIn(folder)).toEqual(all)
  })

  test('whose files were taken away once they had their names; no name comes twice', async () => {
    const { folder, file, files, position } = await begun()
    await files.acknowledge(position)
    for (const name of Object.keys(seenIn(folder))) rmSync(join(folder, name))
    for (const line of lines.slice(3)) await files.write(line)
    await files.discard()
    await goOn(file, position, lines.slice(3))
    const left = Object.entries(all).slice(2)
    expect(seenIn(folder)).toEqual(Object.fromEntries(left))
  })

  test('but not where another run has begun to write since', async () => {
    const { file, files, position } = await begun()
    await files.discard()
    await (await RollingFiles.open(file, rolling)).discard()
    await expect(RollingFiles.reopen(file, rolling, position)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(`${position.stake}, which the checkpoint speaks of, is gone`),
    })
  })
})

test('a reader takes files away: what comes next has a name that none had', async () => {
  const folder = await temporaryFolder()
  const roll = { everyMs: HOUR, time: () => at('10:00'), maxBytes: 5 }
  const source = new SourceProbe<string>()
  const running = run(source.pipe(writeLines(join(folder, 'a.log'), { roll })))
  const taken: string[] = []
  for (const line of lines) {
    source.send(line, line)
    await expect.poll(() => Object.keys(seenIn(folder)).length).toBeGreaterThan(0)
    for (const name of Object.keys(seenIn(folder))) {
      taken.push(name)
      rmSync(join(folder, name))
    }
  }
  source.end()
  await running.done
  taken.push(...Object.keys(seenIn(folder)))
  expect(new Set(taken).size).toBe(taken.length)
})

test('a file that has got the name meanwhile stays as it is', async () => {
  const folder = await temporaryFolder()
  const files = await RollingFiles.open(join(folder, 'a.log'), rolling)
  await files.write('one')
  writeFileSync(join(folder, 'a-000001.log'), 'of another program\n')
  await files.write('two')
  await files.commit()
  expect(seenIn(folder)).toEqual({
    'a-000001.log': 'of another program\n',
    'a-000002.log': 'one\n',
    'a-000003.log': 'two\n',
  })
})

test('a run that ends while a file is being made leaves nothing open', async () => {
  const folder = await temporaryFolder()
  const clock = new VirtualClock()
  const files = await RollingFiles.open(join(folder, 'a.log'), {
    ...rolling,
    everyMs: HOUR,
    clock,
    flushMs: 1,
  })
  const writing = files.write('one')
  await files.discard()
  await writing
  expect([clock.pending, readdirSync(folder)]).toEqual([0, []])
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('a folder of the name is refused', async () => {
  const folder = await temporaryFolder()
  mkdirSync(join(folder, 'a.log'))
  await expect(RollingFiles.open(join(folder, 'a.log'), rolling)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('is no regular file'),
  })
})

test('what dead runs left is removed', async () => {
  const folder = await temporaryFolder()
  const name = '.a.log-01234567-89ab-4cde-8f01-23456789abcd.tmp'
  const stake = name.replace('.tmp', '.stake')
  const lefts = [name, `${name}.copy`, stake, `${stake}.tmp`, name.replace('a.log', 'b.log')]
  for (const left of lefts) writeFileSync(join(folder, left), 'x')
  mkdirSync(join(folder, '.a.log-else.tmp'))
  await run(fromIterable(['x']).pipe(writeLines(join(folder, 'a.log'), { roll: { maxBytes: 5 } }))).done
  await run(fromIterable(['x']).pipe(writeLines(join(folder, 'a.log')))).done
  expect(readdirSync(folder).sort()).toEqual([
    '.a.log-else.tmp',
    name.replace('a.log', 'b.log'),
    'a-000001.log',
    'a.log',
  ])
})

test('refuses options that make no sense', () => {
  const refused = (options: object, text: string): void =>
    expect(() => writeLines('a', options)).toThrow(invalidOption(text))
  refused({ roll: {} }, 'maxBytes or everyMs')
  refused({ roll: { maxBytes: 0 } }, 'roll.maxBytes of writeLines()')
  refused({ roll: { everyMs: 0.5 } }, 'roll.everyMs of writeLines()')
  refused({ roll: { maxBytes: 1, time: () => 0 } }, 'roll.time of writeLines()')
  refused({ roll: { everyMs: 1 }, append: true }, 'append of writeLines()')
  refused({ append: 'yes' }, 'append of writeLines()')
  refused({ flushMs: -1 }, 'flushMs of writeLines()')
  refused({ rolls: {} }, 'rolls')
  expect(() => writeLines('a.gz', { append: true })).toThrow(invalidOption('one that is not packed'))
  expect(() => writeNdjson('a', { roll: {} })).toThrow(invalidOption('roll of writeNdjson()'))
  expect(() => writeCsv('a', { append: 1 as never })).toThrow(invalidOption('append of writeCsv()'))
})
