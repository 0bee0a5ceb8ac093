// A process that is killed while it runs, and started again with the same command, leaves the file that an undisturbed
// one leaves, byte for byte.

import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '@millrace/core/testing'
import { expect, test, vi } from 'vitest'
import { fixture, millrace, startMillrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const LINES = 30_000
const KILLS = 5
const NAME = /^checkpoint-\d+\.millrace$/
/** A process is killed so long after it has begun to move items, at most; undisturbed it takes some 700 ms. */
const LIFE_MS = 150

function corpus(folder: string): string {
  const random = new Random(7)
  const word = () => Array.from({ length: 2 + random.below(5) }, () => 'abcdé'[random.below(5)]).join('')
  const text = Array.from({ length: LINES }, () => `${word()} ${word()}\n`).join('')
  const file = join(folder, 'words.txt')
  writeFileSync(file, text)
  return file
}

function command(file: string, out: string, ...more: readonly string[]): string[] {
  return ['run', fixture('resumable.ts'), '-p', `file=${file}`, '-p', `out=${out}`, ...more]
}

test.each([['inline'], ['pool'], ['work-stealing']])(
  'killed at any moment: %s',
  { timeout: 120_000 },
  async (strategy) => {
    const folder = temporaryFolder({})
    const file = corpus(folder)
    const whole = join(folder, 'whole.ndjson')
    expect(await millrace(command(file, whole))).toMatchObject({ code: 0 })

    const [out, kept] = [join(folder, 'out.ndjson'), join(folder, 'kept')]
    const again = command(file, out, '-p', 'pauseMs=20', '--strategy', strategy, '--workers', '2')
    const every = ['--checkpoint', kept, '--checkpoint-every-ms', '5', '--summary', join(folder, 'sum.json')]
    const random = new Random(11)
    let resumes = 0
    for (let kills = 0; kills < KILLS; kills++) {
      const { child, finished, printed } = startMillrace([...again, ...every], folder)
      if (kills === 0)
        await vi.waitUntil(() => namesIn(kept).some((name) => NAME.test(name)), {
          timeout: 110_000,
          interval: 5,
        })
      else await printed('goes on from checkpoint')
      const timer = setTimeout(() => child.kill('SIGKILL'), random.below(LIFE_MS))
      const { code } = await finished
      clearTimeout(timer)
      if (kills > 0) resumes++
      if (code === 0) break
      expect(code).toBe(null)
    }
    const last = await millrace([...again, ...every], folder)
    expect([last.code, last.stdout]).toEqual([0, ''])
    expect(readFileSync(out).equals(readFileSync(whole))).toBe(true)
    const summary = JSON.parse(readFileSync(join(folder, 'sum.json'), 'utf8')) as object
    expect(resumes).toBeGreaterThan(1)
    expect(summary).toMatchObject({
      balanced: true,
      checkpoint: { resumedFrom: expect.any(Number), repeating: [] },
      items: { in: LINES, out: LINES, discarded: 0 },
    })
    // nothing is left, and the next run begins anew
    expect(namesIn(kept)).toEqual([])
    expect(namesIn(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  },
)

test('a second run on the same folder, file or summary is refused; once the first is killed the next one goes on', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder({})
  const file = corpus(folder)
  const [out, kept] = [join(folder, 'out.ndjson'), join(folder, 'kept')]
  const args = command(file, out, '-p', 'pauseMs=20')
  const every = ['--checkpoint', kept, '--checkpoint-every-ms', '5']
  const { child, finished } = startMillrace([...args, ...every, '-s', 'sum.json'], folder)
  await vi.waitUntil(() => namesIn(kept).some((name) => NAME.test(name)), { timeout: 110_000, interval: 5 })
  child.kill('SIGSTOP') // it lives, and gets no further
  const inUse = (what: string) =>
    new RegExp(`${what} is in use by a run in process ${child.pid} since .*Wait until`)
  for (const [second, code, message] of [
    [[...args, ...every], 1, inUse(`The folder of checkpoints ${kept}`)],
    [args, 1, inUse(`The file ${out}`)],
    [[...args, '-s', 'sum.json'], 2, inUse('The summary sum.json')],
  ] as const) {
    const { stderr, ...refused } = await millrace(second, folder)
    expect([refused.code, stderr]).toEqual([code, expect.stringMatching(message)])
  }
  child.kill('SIGKILL')
  expect((await finished).code).toBe(null)
  const last = await millrace([...args, ...every], folder)
  expect([last.code, last.stderr]).toEqual([0, expect.stringContaining('goes on from checkpoint')])
  const whole = join(folder, 'whole.ndjson')
  await millrace(command(file, whole))
  expect(readFileSync(out).equals(readFileSync(whole))).toBe(true)
})

test('a log that is followed: killed at any moment, nothing is lost and nothing comes twice', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder({ 'a.log': '' })
  const [log, out, kept] = [join(folder, 'a.log'), join(folder, 'out.txt'), join(folder, 'kept')]
  const args = ['run', fixture('tailing.ts'), '-p', `file=${log}`, '-p', `out=${out}`]
  const every = ['--checkpoint', kept, '--checkpoint-every-ms', '5']
  let text = ''
  const grow = (lines: number): void => {
    const more = Array.from({ length: lines }, (_, n) => `${text.length} line ${n} é\n`).join('')
    appendFileSync(log, more)
    text += more
  }
  for (let kills = 0; kills < 3; kills++) {
    const before = new Set(namesIn(kept))
    const { child, finished } = startMillrace([...args, ...every], folder)
    grow(2000)
    await vi.waitUntil(() => namesIn(kept).some((name) => NAME.test(name) && !before.has(name)), {
      timeout: 110_000,
      interval: 5,
    })
    grow(3000)
    child.kill('SIGKILL')
    expect((await finished).code).toBe(null)
  }
  grow(1000)
  const last = await millrace([...args, ...every], folder)
  expect([last.code, last.stderr]).toEqual([0, expect.stringContaining('goes on from checkpoint')])
  expect(readFileSync(out, 'utf8') === text).toBe(true)
})

function namesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
}
