/**
 * Goal: a log is rotated again and again while the process that follows it is killed: each line comes once, and the windows
 * are those over all of its files. So it is for what is written: lines added to a file, windows in files that roll.
 *
 * With MILLRACE_SOAK_MS=300000 the files are rotated each second for five minutes, and there are 20 kills.
 */

import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { read } from './fixtures/log-windows.ts'
import { fixture, millrace, startMillrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const soakMs = Number(process.env['MILLRACE_SOAK_MS'] ?? 0)
const KILLS = soakMs > 0 ? 20 : 4
const LINES_PER_ROTATION = 400

/** A program that writes to a log, and rotates it, as logrotate does. */
class Log {
  readonly #file: string
  readonly #random: Random
  #handle: number
  lines = 0
  rotations = 0

  constructor(file: string, random: Random) {
    this.#file = file
    this.#random = random
    this.#handle = openSync(file, 'a')
  }

  write(lines: number): void {
    let text = ''
    for (let n = 0; n < lines; n++) {
      text += `${this.lines} ${this.lines * 7} ${'é'.repeat(this.#random.below(60))}\n`
      this.lines++
    }
    writeSync(this.#handle, text)
  }

  #makeRoom(): string {
    for (let n = this.rotations++; n > 0; n--) renameSync(`${this.#file}.${n}`, `${this.#file}.${n + 1}`)
    return `${this.#file}.1`
  }

  rename(): void {
    renameSync(this.#file, this.#makeRoom())
    // what has the file open writes on for a moment
    this.write(this.#random.below(3))
    closeSync(this.#handle)
    this.#handle = openSync(this.#file, 'a')
  }

  copyTruncate(): void {
    copyFileSync(this.#file, this.#makeRoom())
    truncateSync(this.#file)
  }

  end(): void {
    writeSync(this.#handle, 'end\n')
    closeSync(this.#handle)
  }

  /** All that was written, file by file. */
  text(): string {
    const files = Array.from({ length: this.rotations }, (_, n) => `${this.#file}.${this.rotations - n}`)
    return [...files, this.#file].map((file) => readFileSync(file, 'utf8')).join('')
  }
}

/** Writes and rotates until `isOver`. */
async function write(
  log: Log,
  how: 'rename' | 'copyTruncate',
  random: Random,
  isOver: () => boolean,
): Promise<void> {
  let rotated = { at: performance.now(), lines: 0 }
  while (!isOver()) {
    log.write(1 + random.below(30))
    const isDue =
      soakMs > 0 ? performance.now() - rotated.at >= 1000 : log.lines - rotated.lines >= LINES_PER_ROTATION
    if (isDue) {
      log[how]()
      rotated = { at: performance.now(), lines: log.lines }
    }
    await wait(5)
  }
}

test.each(['rename', 'copyTruncate'] as const)('%s', { timeout: 120_000 + 3 * soakMs }, async (how) => {
  const folder = temporaryFolder({})
  const [file, out, kept] = [join(folder, 'app.log'), join(folder, 'out'), join(folder, 'kept')]
  const args = ['run', fixture('log-windows.ts'), '-p', `file=${file}`, '-p', `out=${out}`]
  const every = ['--checkpoint', kept, '--checkpoint-every-ms', '50']
  const random = new Random(how.length)
  const log = new Log(file, random)
  const begun = performance.now()
  let kills = 0
  const isOver = (): boolean => kills === KILLS && performance.now() - begun >= soakMs
  const writing = write(log, how, random, isOver)
  while (kills < KILLS) {
    const [before, lines] = [newestIn(kept), log.lines]
    const { child, finished } = startMillrace([...args, ...every], folder)
    // it lives until it has got somewhere, and the log was rotated
    await until(() => newestIn(kept) > before + 1 && log.lines > lines + LINES_PER_ROTATION)
    await wait(soakMs === 0 ? random.below(100) : (random.below(2) * soakMs) / KILLS)
    child.kill('SIGKILL')
    expect((await finished).code).toBe(null)
    kills++
    // while it is dead the log may be rotated more than once
    const dead = log.rotations
    const rotations = random.below(4)
    await until(() => log.rotations >= dead + rotations || isOver())
  }
  await writing
  log.end()
  const last = await millrace([...args, ...every], folder)
  expect([last.code, last.stderr]).toEqual([0, expect.stringContaining('goes on from checkpoint')])

  const text = log.text().replace(/end\n$/, '')
  const found = readFileSync(`${out}.txt`, 'utf8')
  expect(found.split('\n').length - 1).toBe(log.lines)
  expect(found === text).toBe(true)
  const rolled = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
  expect(rolled.length).toBe(Math.ceil((log.lines * 7) / 60_000))
  expect(rolled.map((name) => readFileSync(join(folder, name), 'utf8')).join('')).toBe(windowsOf(text))
  const hidden = readdirSync(folder).filter((name) => name.startsWith('.'))
  expect(hidden).toEqual([expect.stringMatching(/\.stake$/)])
  expect(log.rotations).toBeGreaterThan(KILLS)
  if (soakMs > 0) {
    const ms = Math.round(performance.now() - begun)
    console.log(
      `${how}: ${log.lines} lines, ${log.rotations} rotations, ${kills} kills, ${ms} ms: each line once`,
    )
  }
})

/** What the windows are, by a plain loop. */
function windowsOf(text: string): string {
  const windows = new Map<number, { count: number; sum: number }>()
  for (const line of text.split('\n').slice(0, -1)) {
    const { n, at } = read(line)
    const start = at - (at % 1000)
    const { count, sum } = windows.get(start) ?? { count: 0, sum: 0 }
    windows.set(start, { count: count + 1, sum: sum + n })
  }
  const lines = [...windows].map(([start, value]) => JSON.stringify({ start, end: start + 1000, value }))
  return lines.map((line) => `${line}\n`).join('')
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await wait(5)
}

/** The number of the newest checkpoint. */
function newestIn(folder: string): number {
  if (!existsSync(folder)) mkdirSync(folder)
  const numbers = readdirSync(folder).map((name) =>
    Number(/^checkpoint-(\d+)\.millrace$/.exec(name)?.[1] ?? 0),
  )
  return Math.max(0, ...numbers)
}
