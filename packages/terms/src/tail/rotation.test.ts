/** Goal: whatever is done to the files of a name between two looks, and whenever the process dies, each line comes once. */

import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import type { NameOptions } from './contracts.ts'
import { followerOf } from './follower.ts'
import { Reading } from './following.ts'
import { LinesOfBytes } from './lines-of-bytes.ts'

const SEEDS = Number(process.env['MILLRACE_ROTATION_SEEDS'] ?? 15)

/** How files get their names. */
type Naming = 'numbers' | 'dates' | 'rising numbers'

/** A program that writes lines, and what rotates its file. */
class Log {
  readonly file: string
  readonly written: string[] = []
  readonly #random: Random
  readonly #naming: Naming
  #rotations = 0
  #seconds = 1_000_000
  /** A file that the program has open, although it was renamed. */
  #target: string

  constructor(file: string, random: Random, naming: Naming) {
    this.file = file
    this.#target = file
    this.#random = random
    this.#naming = naming
    this.#create()
  }

  write(lines: number): void {
    for (let n = 0; n < lines; n++) {
      const line = `${this.written.length} ${'é'.repeat(this.#random.below(40))}`
      this.written.push(line)
      appendFileSync(this.#target, `${line}\n`)
    }
    this.#touch(this.#target)
  }

  /** Files are written a second apart, so that their times tell. */
  #touch(file: string): void {
    utimesSync(file, this.#seconds, ++this.#seconds)
  }

  /** The path of the file that was last rotated; makes room for it. */
  #aside(): string {
    this.#rotations++
    if (this.#naming === 'dates') return `${this.file}-202611${String(10_000 + this.#rotations).slice(1)}`
    if (this.#naming === 'rising numbers') return `${this.file}.${this.#rotations}`
    for (let n = this.#rotations; n > 1; n--) {
      for (const end of ['', '.gz']) {
        const from = `${this.file}.${n - 1}${end}`
        if (existsSync(from)) renameSync(from, `${this.file}.${n}${end}`)
      }
    }
    return `${this.file}.1`
  }

  rename(): void {
    const to = this.#aside()
    renameSync(this.file, to)
    this.#target = to
    // some programs create the new file themselves, sooner or later; they write on for a while
    if (this.#random.below(2) === 0) this.#create()
    if (this.#random.below(3) === 0) this.write(this.#random.below(3))
  }

  /** The program opens the file by its name once more. */
  reopen(): void {
    this.#target = this.file
    if (!existsSync(this.file)) this.#create()
  }

  #create(): void {
    writeFileSync(this.file, '')
    this.#touch(this.file)
  }

  copyTruncate(): void {
    const to = this.#aside()
    copyFileSync(this.file, to)
    this.#touch(to)
    truncateSync(this.file)
    this.#touch(this.file)
  }

  /** The newest rotated file is packed, as without delaycompress. */
  pack(): void {
    const newest = this.#naming === 'numbers' ? `${this.file}.1` : undefined
    if (newest === undefined || !existsSync(newest)) return
    const { atime, mtime } = statSync(newest)
    writeFileSync(`${newest}.gz`, gzipSync(readFileSync(newest)))
    utimesSync(`${newest}.gz`, atime, mtime)
    rmSync(newest)
  }
}

/** Reads until nothing more comes, or for as many steps; a step may give no lines. */
class Reader {
  readonly #file: string
  readonly lines: string[] = []
  readonly #options: NameOptions
  #follower
  #reading
  #saved: { readonly place: unknown; readonly lines: number } | undefined

  constructor(file: string, options: NameOptions) {
    this.#file = file
    this.#options = options
    this.#follower = followerOf(file, 'name', undefined, options)
    this.#reading = new Reading(this.#follower, new LinesOfBytes('utf8', 1024 * 1024))
  }

  /** Looks up to `steps` times; returns whether something has come. */
  async read(steps: number): Promise<boolean> {
    for (let step = 0; step < steps; step++) {
      const placed = await this.#reading.next()
      if (placed === undefined) return step > 0
      this.lines.push(...placed.items)
      this.#saved = structuredClone({ place: placed.place, lines: this.lines.length })
    }
    return true
  }

  /** The place before anything was given. */
  save(): void {
    this.#saved ??= structuredClone({ place: this.#follower.place, lines: 0 })
  }

  async kill(): Promise<void> {
    await this.#follower.close()
    this.lines.length = this.#saved?.lines ?? 0
    this.#follower = followerOf(this.#file, 'name', this.#saved?.place, this.#options)
    this.#reading = new Reading(this.#follower, new LinesOfBytes('utf8', 1024 * 1024))
  }

  close(): Promise<void> {
    return this.#follower.close()
  }
}

const numbersOf = (lines: readonly string[]): number[] => lines.map((line) => Number.parseInt(line, 10))

const cases = (['numbers', 'dates', 'rising numbers'] as const).flatMap((naming) =>
  (['rename', 'copyTruncate'] as const).map((how) => [naming, how] as const),
)

test.each(cases)('%s, %s', async (naming, how) => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-rotation-'))
    const random = new Random(seed)
    const log = new Log(join(folder, 'app.log'), random, naming)
    const reader = new Reader(log.file, naming === 'rising numbers' ? { newestNumber: 'highest' } : {})
    await reader.read(10)
    reader.save()
    for (let step = 0; step < 60; step++) {
      const dice = random.below(12)
      if (dice < 4) log.write(1 + random.below(random.below(8) === 0 ? 400 : 3))
      else if (dice < 6) {
        log[how]()
        // a program that is told to has opened the file by its name before it is rotated again
        if (random.below(2) === 0) await reader.read(random.below(3))
        log.reopen()
      } else if (dice < 7) {
        if (random.below(2) === 0) log.pack()
      } else if (dice < 8) await reader.kill()
      else await reader.read(random.below(5))
    }
    for (let idle = 0; idle < 4; ) idle = (await reader.read(100)) ? 0 : idle + 1
    const [seen, written] = [numbersOf(reader.lines), numbersOf(log.written)]
    const lost = written.filter((n) => !seen.includes(n))
    expect({ seed, lost, count: seen.length }).toEqual({ seed, lost: [], count: written.length })
    expect(reader.lines).toEqual(log.written)
    await reader.close()
    rmSync(folder, { recursive: true })
  }
})
