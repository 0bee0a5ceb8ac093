/** Goal: a line a second and one at the end, whatever the disk does. Time is virtual, and so is the disk. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stats } from '@millrace/core'
import { VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { openTelemetry, Telemetry } from './telemetry.ts'

let elapsedMs = 0
const stats = (): Stats => ({ elapsedMs: ++elapsedMs }) as Stats

/** A disk that holds on to each line until it is told to write it. */
function slowDisk() {
  const lines: string[] = []
  const held: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  const sink = {
    append: (text: string) =>
      new Promise<void>((resolve, reject) => {
        lines.push(text)
        held.push({ resolve, reject })
      }),
    close: () => Promise.resolve(),
  }
  const seen = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { sink, lines, seen, next: () => held.shift() }
}

test('each second a line, and one at the end', async () => {
  const { sink, seen, next } = slowDisk()
  const clock = new VirtualClock()
  const telemetry = new Telemetry('t.jsonl', sink, clock)
  elapsedMs = 0
  telemetry.begin(stats)
  for (let second = 0; second < 2; second++) {
    await clock.advance(1000)
    next()?.resolve()
  }
  await clock.advance(999)
  const ended = telemetry.end('completed')
  await clock.advance(0)
  next()?.resolve()
  expect([await ended, clock.pending]).toEqual([[], 0])
  expect(seen()).toEqual([
    { time: '1970-01-01T00:00:01.000Z', outcome: 'running', droppedLines: 0, elapsedMs: 1 },
    { time: '1970-01-01T00:00:02.000Z', outcome: 'running', droppedLines: 0, elapsedMs: 2 },
    { time: '1970-01-01T00:00:02.999Z', outcome: 'completed', droppedLines: 0, elapsedMs: 3 },
  ])
})

test('while a line is on its way others are dropped and counted; the last one waits', async () => {
  const { sink, seen, next } = slowDisk()
  const clock = new VirtualClock()
  const telemetry = new Telemetry('t.jsonl', sink, clock)
  telemetry.begin(stats)
  await clock.advance(3000)
  expect(seen()).toHaveLength(1)
  next()?.resolve()
  await clock.advance(1000)
  const ended = telemetry.end('stopped')
  await clock.advance(0)
  expect(seen()).toHaveLength(2)
  next()?.resolve()
  await clock.advance(0)
  next()?.resolve()
  expect(await ended).toEqual(['telemetry t.jsonl: 2 lines dropped: the disk was slow'])
  expect(seen().map(({ outcome, droppedLines }) => [outcome, droppedLines])).toEqual([
    ['running', 0],
    ['running', 2],
    ['stopped', 2],
  ])
})

test('a disk that fails ends nothing; it is told, and the next line begins anew', async () => {
  const { sink, lines, next } = slowDisk()
  const clock = new VirtualClock()
  const telemetry = new Telemetry('t.jsonl', sink, clock)
  telemetry.begin(stats)
  await clock.advance(1000)
  next()?.reject(new Error('no space'))
  const ended = telemetry.end('failed')
  await clock.advance(0)
  next()?.resolve()
  expect(await ended).toEqual(['telemetry t.jsonl: lines are missing: no space'])
  expect(lines.map((line) => line[0])).toEqual(['{', '\n'])
})

test('lines are appended to a file; one that cannot be opened is told before the run', async () => {
  const folder = temporaryFolder({ 't.jsonl': '{}\n' })
  const telemetry = await openTelemetry(join(folder, 't.jsonl'))
  telemetry.begin(stats)
  expect(await telemetry.end('completed')).toEqual([])
  const lines = readFileSync(join(folder, 't.jsonl'), 'utf8').trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as Record<string, unknown>)['outcome'])).toEqual([
    undefined,
    'completed',
  ])
  await expect(openTelemetry(join(folder, 'none', 't.jsonl'))).rejects.toThrow(
    /^The telemetry .* cannot be written: ENOENT/,
  )
  await expect(openTelemetry(folder)).rejects.toThrow('EISDIR')
})
