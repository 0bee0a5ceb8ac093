/** Goal: marbles are read and written alike, a source keeps to them, and a difference is shown as marbles. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parallel } from '../../compose/parallel.ts'
import { run } from '../../run/run.ts'
import { FunctionTerm } from '../../term/function-term.ts'
import { kernelTerm } from '../../term/leaf.ts'
import { type StreamContext, StreamTerm, type View } from '../../term/stream-term.ts'
import { VirtualClock } from '../virtual-clock.ts'
import {
  expectMarbles,
  fromMarbles,
  type MarbleEvent,
  parseMarbles,
  playMarbles,
  printMarbles,
} from './index.ts'

const item = (atMs: number, value: unknown): MarbleEvent => ({ atMs, kind: 'item', item: value })
const end = (atMs: number): MarbleEvent => ({ atMs, kind: 'end' })

test.each([
  ['', [], 0],
  ['--', [], 2],
  ['a', [item(0, 'a')], 1],
  ['-a-b|', [item(1, 'a'), item(3, 'b'), end(4)], 5],
  [' a - b ', [item(0, 'a'), item(2, 'b')], 3],
  ['(ab)-c', [item(0, 'a'), item(0, 'b'), item(5, 'c')], 6],
  ['-(a|)', [item(1, 'a'), end(1)], 5],
  ['a 9ms b 1.5s (c|)', [item(0, 'a'), item(10, 'b'), item(1511, 'c'), end(1511)], 1515],
  ['2m a', [item(120_000, 'a')], 120_001],
  // as in rxjs, a time has a blank behind it
  ['5m', [item(0, '5'), item(1, 'm')], 2],
  ['a 5m', [item(0, 'a'), item(1, '5'), item(2, 'm')], 3],
  ['5m ', [], 300_000],
  ['a1ms', [item(0, 'a'), item(1, '1'), item(2, 'm'), item(3, 's')], 4],
  ['(ab) =1ms c', [item(0, 'a'), item(0, 'b'), item(1, 'c')], 2],
])('%j is read', (text, events, lengthMs) => {
  expect(parseMarbles(text)).toEqual({ events, lengthMs })
})

test('values, an error, and frames of another length', () => {
  const error = new TypeError('broken')
  expect(parseMarbles<number | string>('a-b#', { values: { a: 1 }, error, frameMs: 10 })).toEqual({
    events: [item(0, 1), item(20, 'b'), { atMs: 30, kind: 'error', error }],
    lengthMs: 40,
  })
})

test.each([
  '(',
  ')',
  '(a',
  '((a))',
  '(a-)',
  '|a',
  '#|',
  '(|a)',
  'abc =1ms d',
  '( 5ms a)',
  '--^--a|',
  '^--!',
  'a=b',
  '=5ms',
])('%j is refused', (text) => {
  expect(() => parseMarbles(text)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

test.each(['', 'ab', '-', '^', ' ', '='])('%j is refused as a key of values', (key) => {
  const refused = expect.objectContaining({ code: 'INVALID_OPTION' })
  expect(() => parseMarbles('a|', { values: { [key]: 1 } })).toThrow(refused)
  expect(() => printMarbles({ events: [item(0, 1)], lengthMs: 1 }, { values: { [key]: 1 } })).toThrow(refused)
})

test.each([
  [[item(0, '5'), item(1, 'm'), end(102)], '5 m 100ms |'],
  [[item(50, '1'), item(51, '.'), item(52, '5'), item(53, 's'), end(100)], '50ms 1.5 s 46ms |'],
  [[item(0, '5'), item(1, 'm')], '5 m'],
  [[item(0, '^'), item(1, '!')], 'ab'],
  [[item(0, 'x'), item(1e-7, 'y')], 'x =0.0000001ms y'],
  [[item(1e-7, 'x'), item(1.3e-7, 'y'), end(0.3)], '0.0000001ms x =0.00000013ms y =0.3ms |'],
])('%j is written as %s, and read back', (events, text) => {
  const printed = printMarbles({ events, lengthMs: 0 })
  expect(printed.text).toBe(text)
  expect(parseMarbles(printed.text, printed).events).toEqual(events)
})

test('a pause at the end is written so that it is read as one', () => {
  const { text } = printMarbles({ events: [item(0, 'a')], lengthMs: 300_000 })
  expect(text).toBe('a 299999ms ')
  expect(parseMarbles(text).lengthMs).toBe(300_000)
})

/** Streams as they may come: many items at once, long pauses, any items, any end. */
const streams = fc
  .record({
    steps: fc.array(
      fc.record({
        gapMs: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 100_000 })),
        value: fc.oneof(
          fc.constantFrom('a', 'b', '-', '|', ' ', '1', '5', '.', 'm', 's', '^', '='),
          fc.nat({ max: 5 }),
          fc.string(),
          fc.object(),
        ),
      }),
      { maxLength: 80 },
    ),
    last: fc.constantFrom('end', 'error', 'open'),
    moreMs: fc.nat({ max: 50 }),
  })
  .map(({ steps, last, moreMs }) => {
    let nowMs = 0
    const events: MarbleEvent[] = steps.map(({ gapMs, value }) => item((nowMs += gapMs), value))
    if (last === 'end') events.push(end(nowMs + moreMs))
    if (last === 'error') events.push({ atMs: nowMs + moreMs, kind: 'error', error: 'an error' })
    return events
  })

test('what is written as marbles and read back is the same', () => {
  fc.assert(
    fc.property(streams, fc.integer({ min: 1, max: 10 }), (events, frameMs) => {
      const { text, values } = printMarbles({ events, lengthMs: 0 }, { frameMs })
      expect(parseMarbles(text, { values, frameMs, error: 'an error' }).events).toEqual(events)
    }),
  )
})

test('what was read and is written is read the same, open ends included', () => {
  const parts = fc.constantFrom('-', '--', 'a', 'b', '(ab)', ' 3ms ', ' 2s ')
  fc.assert(
    fc.property(fc.array(parts), fc.constantFrom('', '|', '#', '(a|)'), (texts, last) => {
      const read = parseMarbles(texts.join('') + last)
      const again = parseMarbles(printMarbles(read).text)
      expect(again.events.map(({ atMs, kind }) => [atMs, kind])).toEqual(
        read.events.map(({ atMs, kind }) => [atMs, kind]),
      )
      expect(again.lengthMs).toBe(read.lengthMs)
    }),
  )
})

test('a source gives what its marbles say, when they say it', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (events) => {
      const { text, values } = printMarbles({ events, lengthMs: 0 })
      const untilMs = (events.at(-1)?.atMs ?? 0) + 1
      const seen = await playMarbles(fromMarbles(text, { values, error: 'an error' }), { untilMs })
      expect(seen.events).toEqual(events)
    }),
    { numRuns: 50 },
  )
})

const REFUSED = { code: 'OFF_CLOCK', message: expect.stringContaining("not on the run's clock") }

test.each<[string, string, (text: string) => unknown]>([
  ['a timer of Node', ': a timer of Node.', (text) => wait(5, text)],
  ['a short one', ': a timer of Node.', (text) => wait(0, text)],
  ['a file', ': a file.', async () => (await readFile(import.meta.filename)).length],
  ['compression', ': compression.', async (text) => (await promisify(gzip)(text)).length],
])('%s is not on the clock, whatever is expected', async (_what, part, f) => {
  const term = () => fromMarbles('a-b-|').pipe(kernelTerm<string, unknown>('off', { kind: 'map', f }))
  const refused = { code: 'OFF_CLOCK', message: expect.stringContaining(part) }
  await expect(playMarbles(term())).rejects.toMatchObject(refused)
  for (const text of ['a-b-|', '--', '|']) {
    await expect(expectMarbles(term(), text)).rejects.toMatchObject(refused)
  }
})

test('a run that waits for nothing on its clock is told from one whose time is over', async () => {
  const waits = kernelTerm<string, unknown>('waits', { kind: 'map', f: () => new Promise(() => {}) })
  const term = fromMarbles('a-b|').pipe(waits)
  await expectMarbles(term, '--')
  for (const text of ['----', '-- 1s ', '-#', 'a-b|']) {
    await expect(expectMarbles(term, text)).rejects.toMatchObject(REFUSED)
  }
  await expect(playMarbles(term)).rejects.toMatchObject(REFUSED)
})

test('what is begun later is seen as well', async () => {
  const source = fromMarbles('a----b-|')
  const f = (text: string) => (text === 'a' ? text : wait(1, text))
  const term = source.pipe(kernelTerm<string, unknown>('off', { kind: 'map', f }))
  await expect(playMarbles(term)).rejects.toMatchObject(REFUSED)
  await expectMarbles(term, 'a---')
})

test('what is done at once, printed or goes on turn by turn is no matter of time', async () => {
  const f = async (text: string) => {
    console.log(text)
    gzipSync(text)
    randomBytes(4)
    readFileSync(import.meta.filename)
    for (let turn = 0; turn < 400; turn++) await new Promise(setImmediate)
    return text
  }
  const printed = vi.spyOn(console, 'log')
  await expectMarbles(fromMarbles('a-b|').pipe(kernelTerm('busy', { kind: 'map', f })), 'a-b|')
  expect(printed.mock.calls).toEqual([['a'], ['b']])
  printed.mockRestore()
})

test('what a test does beside the run is no matter of the run', async () => {
  const beside = wait(1, 'done')
  const files = readFile(import.meta.filename)
  await expectMarbles(fromMarbles('a-b|'), 'a-b|')
  expect(await beside).toBe('done')
  await files
})

test('why playing stopped', async () => {
  const stops = [fromMarbles('a|'), failing(), fromMarbles('a'), fromMarbles('a 2m |')].map(
    async (source) => {
      const { stopped } = await playMarbles(source)
      return stopped
    },
  )
  expect(await Promise.all(stops)).toEqual(['ended', 'ended', 'time over', 'time over'])
})

class Later extends FunctionTerm<string, string> {
  override async f(text: string, ctx: { sleep(ms: number): Promise<void> }) {
    await ctx.sleep(3)
    return text.toUpperCase()
  }
}

test('a term that takes its time', async () => {
  await expectMarbles(fromMarbles('a-----b-|').pipe(new Later()), '---A-----(B|)')
  // the second waits for the first
  await expectMarbles(fromMarbles('(ab)|').pipe(new Later()), '---A--(B|)')
})

test('rows are items', async () => {
  const both = parallel({ x: fromMarbles('a--b|'), y: fromMarbles('-c-d|') })
  await expectMarbles(both, '-p-q(|)', { values: { p: { x: 'a', y: 'c' }, q: { x: 'b', y: 'd' } } })
})

test('of a stream without an end, what comes until the text ends', async () => {
  const [source] = [fromMarbles('a--a--a--a--a--')]
  await expectMarbles(source, 'a--a-')
  await expectMarbles(source, 'a--a--a--a--a 10s ')
})

const failing = () =>
  fromMarbles('a-b|').pipe(
    kernelTerm<string, string>('fails', {
      kind: 'map',
      f: (text: string) => {
        if (text === 'b') throw new RangeError('too large')
        return text
      },
    }),
  )

test('an error is expected, or a certain one', async () => {
  await expectMarbles(failing(), 'a-#')
  await expectMarbles(failing(), 'a-#', { error: new RangeError('too large') })
  await expect(expectMarbles(failing(), 'a-#', { error: new RangeError('other') })).rejects.toThrow(
    'where # is RangeError: too large',
  )
})

const messageOf = (work: Promise<void>) =>
  work.then(
    () => 'no difference',
    (error: { code: string; message: string }) => `${error.code}\n${error.message}`,
  )

test('a difference is shown as marbles, and what their characters stand for', async () => {
  const source = fromMarbles<string | { id: number }>('-a--b-|', { values: { a: { id: 1 } } })
  expect(await messageOf(expectMarbles(source, '-x-b|', { values: { x: { id: 1 } } }))).toBe(
    `OTHER_MARBLES
Other marbles than expected:
  expected  -x-b|
  but got   -x--b-|`,
  )
  expect(await messageOf(expectMarbles(source, '-b|'))).toBe(
    `OTHER_MARBLES
Other marbles than expected:
  expected  -b|
  but got   -a--b-|
  where a is { id: 1 }`,
  )
  expect(await messageOf(expectMarbles(failing(), 'a-b|'))).toBe(
    `OTHER_MARBLES
Other marbles than expected:
  expected  a-b|
  but got   a-#
  where # is RangeError: too large`,
  )
})

test('no timer stays behind when the reader has had enough', async () => {
  class First extends StreamTerm<string, string> {
    override async run(view: View<string>, ctx: StreamContext<unknown, string>) {
      await ctx.emit((await view.next()) as string)
    }
  }
  const clock = new VirtualClock()
  const running = run(fromMarbles('-a 60s b|').pipe(new First()), { clock })
  await clock.advance(1)
  await running.done
  expect(clock.pending).toBe(0)
})
