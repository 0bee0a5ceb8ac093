// What terms print is delivered: a slow reader holds the stream back, `done` means delivered, a reader or a disk that is
// gone is told with the name of the term, and cancelling waits for nobody.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { getDefaultHighWaterMark } from 'node:stream'
import { expect, test } from 'vitest'
import { fixture, millrace } from './millrace-process.ts'

const ITEMS = 20_000
/** A pipe's stream is full at 16 KiB, since Node 22 at 64 KiB; one line more is let through. */
const MOST_BYTES = getDefaultHighWaterMark(false) + 4000

test.each(['print', 'pprint', 'dump', 'printKeys', 'twenty'])(
  '%s: a reader that is late gets everything, little is queued meanwhile, and nothing is warned of',
  async (term) => {
    const child = spawn(process.execPath, [fixture('prints-much.mjs'), term], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    let [said, lines] = ['', 0]
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      // only now does anybody read
      if (child.stdout.listenerCount('data') === 0)
        child.stdout.on('data', (bytes: Buffer) => (lines += bytes.toString('latin1').split('\n').length - 1))
    })
    expect(await ended).toBe(0)
    const [full, figures] = said.trim().split('\n')
    const { most, left } = JSON.parse(figures as string) as { most: number; left: number }
    expect([full, lines, left]).toEqual(['full', ITEMS, 0])
    expect(most).toBeLessThan(MOST_BYTES)
  },
)

test.each(['inline', 'pool', 'dedicated', 'work-stealing', 'hybrid'])(
  'lines keep their order: %s',
  async (strategy) => {
    const { code, stdout } = await millrace(['run', fixture('prints-in-order.ts'), '--strategy', strategy])
    expect(code).toBe(0)
    expect(stdout).toBe(Array.from({ length: 3000 }, (_, n) => `${n + 1}\n`).join(''))
  },
)

test.skipIf(!existsSync('/dev/full')).each(['print', 'pprint', 'dump', 'toWritable'])(
  'a disk that is full is told, with the name of the term: %s',
  (term) => {
    const { status, stderr } = spawnSync(process.execPath, [fixture('prints-much.mjs'), term], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`Term "${term}" failed[^]*ENOSPC`)),
    ])
  },
)

test('cancelling does not wait for a reader that does not read', async () => {
  const child = spawn(process.execPath, [fixture('prints-much.mjs'), 'print', 'cancel'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  child.stdout.resume()
  await new Promise((resolve) => child.once('close', resolve))
  expect(said).toBe('full\ncancelled\n')
})

const strategies = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid']

test.skipIf(!existsSync('/dev/full')).each(strategies)(
  'the command names the term as well: %s',
  (strategy) => {
    const command = fixture('../../bin/millrace.js')
    const args = [command, 'run', fixture('prints-in-order.ts'), '--strategy', strategy]
    const { status, stderr } = spawnSync(process.execPath, args, {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^millrace: Term "print" failed .*ENOSPC.*\[TERM_FAILED\]/),
    ])
  },
)
