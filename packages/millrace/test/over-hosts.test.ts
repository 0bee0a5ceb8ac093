// `run(…, { scheduler: { strategy: 'distributed' } })` from a program: the handle is the usual one, and what the program has
// started ends with it.

import { spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { fixture } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const hasServer = spawnSync('nats-server', ['-v']).error === undefined
if (!hasServer) console.warn('left out: runs of programs over hosts; there is no nats-server on the path')
if (!hasServer && process.env['MILLRACE_SERVICES'] === 'required') {
  throw new Error('there is no nats-server on the path, and MILLRACE_SERVICES is "required"')
}

const program = fixture('over-hosts.mjs')

interface Told {
  readonly outcome: string
  readonly items?: Readonly<Record<string, number>>
  readonly [name: string]: unknown
}

/** What the program prints: an object, and what follows. */
function play(what: string): { readonly told: Told; readonly rest: string[] } {
  const { stdout, stderr } = spawnSync(process.execPath, [program, what], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  const lines = stdout.trimEnd().split('\n')
  const at = lines.findIndex((line) => line.startsWith('{'))
  if (at < 0) throw new Error(`${stdout}\n${stderr}`)
  return { told: JSON.parse(lines[at] as string), rest: lines.filter((_, n) => n !== at) }
}

describe.skipIf(!hasServer)('a program over hosts', () => {
  test('reads an output, dead letters and results, each item once', () => {
    const { told, rest } = play('reads')
    const { items = {} } = told
    expect(told).toMatchObject({
      outcome: 'completed',
      phase: 'ended',
      phases: ['running'],
      rows: 1980,
      collected: 1980,
      letters: 20,
      isOnce: true,
      letter: [expect.stringContaining('dated'), 7, 'RangeError'],
    })
    expect(told['told']).toContain('run')
    expect(items).toMatchObject({ in: 2000, out: 3960, copied: 1980, deadLettered: 20, discarded: 0 })
    expect(rest).toEqual(['true'])
  })

  test('pauses, resumes and stops', () => {
    const { told, rest } = play('steers')
    expect(rest).toEqual(['paused'])
    expect(told).toMatchObject({ outcome: 'stopped', isOnce: true })
    expect(told['rows']).toBe(told['collected'])
    expect(told.items).toMatchObject({ discarded: 0 })
  })

  test('ends though its output is read only afterwards', () => {
    const { told } = play('later')
    expect(told).toMatchObject({ outcome: 'completed', rows: 495, letters: 5, isOnce: true })
  })

  test('cancels, and leaves an output early', () => {
    expect(play('cancels').told).toMatchObject({ outcome: 'CANCELLED', phase: 'ended', rows: 1 })
    const { told } = play('leaves')
    expect(told).toMatchObject({ outcome: 'stopped', rows: 1 })
    expect(told['collected'] as number).toBeGreaterThan(1)
  })

  test('is told that hosts build whole graph modules alone', () => {
    const { stdout } = spawnSync(process.execPath, [program, 'part'], { encoding: 'utf8', timeout: 110_000 })
    expect(stdout).toContain('BAD_INPUT Hosts build the graph again from its module')
  })

  test('that is killed leaves neither hosts nor a server', async () => {
    const folder = temporaryFolder()
    const child = spawn(process.execPath, [program, 'hangs'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder },
    })
    const folders = (): string[] => readdirSync(folder).filter((name) => name.startsWith('millrace-nats-'))
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text))
    await expect.poll(() => said, { timeout: 100_000 }).toMatch(/hosts \d+\n/)
    const host = Number(/hosts (\d+)/.exec(said)?.[1])
    const port = Number(/at nats:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1])
    expect([folders().length, isAlive(host), await answers(port)]).toEqual([1, true, true])
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(host), { timeout: 100_000 }).toBe(false)
    await expect.poll(() => answers(port), { timeout: 100_000 }).toBe(false)
    await expect.poll(folders, { timeout: 100_000 }).toEqual([])
  })
})

/** Whether somebody listens there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
