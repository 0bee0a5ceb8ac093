/**
 * `runKilled`: runs a graph module with checkpoints in a process of its own, kills it with `kill -9` again and again, and
 * lets it come to its end. Each attempt takes one checkpoint at least, so that it gets on.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Random } from '@millrace/core/testing'

/** How often tests kill a run; `MILLRACE_KILLS=20` makes it as many as the pages in docs/connect speak of. */
export const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 5)

const CLI = fileURLToPath(new URL('../../millrace/dist/cli.js', import.meta.url))

/** What is run, and how often it is killed. */
export interface Killing {
  /** Path of the graph module. */
  readonly module: string
  readonly params: Readonly<Record<string, string | number>>
  /** Folder of the checkpoints. */
  readonly checkpoints: string
  readonly kills: number
  readonly seed: number
  readonly everyItems?: number
  /** Called when the attempt begins that is not killed. */
  readonly onLast?: () => void
  /** Further arguments: `--strategy pool`. */
  readonly args?: readonly string[]
}

/** @throws with what the process said, if it fails, or ends before it was killed often enough. */
export async function runKilled(killing: Killing): Promise<void> {
  const random = new Random(killing.seed)
  for (let kill = 0; kill < killing.kills; kill++) {
    const { child, said } = start(killing)
    const closed = once(child, 'close')
    // some kills hit the moments of a checkpoint, some the time between two
    const wanted = newest(killing.checkpoints) + 1 + random.below(3)
    const afterMs = random.below(4) * random.below(10)
    while (child.exitCode === null && newest(killing.checkpoints) < wanted) await turn(1)
    await turn(afterMs)
    child.kill('SIGKILL')
    await closed
    if (child.signalCode === 'SIGKILL') continue
    throw new Error(`the run ended by itself after ${kill} kills (code ${child.exitCode}):\n${said()}`)
  }
  killing.onLast?.()
  const { child, said } = start(killing)
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`the run failed (code ${child.exitCode}):\n${said()}`)
}

function start({ module, params, checkpoints, everyItems = 20, args = [] }: Killing): {
  child: ChildProcess
  said: () => string
} {
  const given = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`])
  const kept = ['--checkpoint', checkpoints, '--checkpoint-every-items', String(everyItems)]
  const child = spawn(process.execPath, [CLI, 'run', module, ...given, ...kept, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // what the tests are told by MILLRACE_… is nothing to the command, which refuses names that it does not know
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_'))),
  })
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return { child, said: () => text }
}

/** Number of the newest checkpoint in a folder; 0 if there is none. */
function newest(folder: string): number {
  if (!existsSync(folder)) return 0
  const ids = readdirSync(folder).map((name) => Number(/^checkpoint-(\d+)\.millrace$/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...ids)
}

function turn(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

/** A file of numbers, one per line. */
export function fileIn(folder: string): string {
  return join(folder, 'numbers.txt')
}
