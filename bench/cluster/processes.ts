// The processes of one distributed run: the command that started it, and its hosts. They can be killed, stopped and
// continued; what they say is kept for when something goes wrong.

import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const millrace = dirname(createRequire(import.meta.url).resolve('millrace/package.json'))
/** Path of the built command. */
export const COMMAND = join(millrace, 'bin', 'millrace.js')
const LINES_KEPT = 40

/** How a process is started. */
export interface StartOptions {
  /** Program and arguments before Node's: a network namespace's. */
  readonly prefix?: readonly string[]
  /** Step of a commit at which it kills itself: `commit:after:1`. */
  readonly dieAt?: string | undefined
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process of `millrace`. */
export class Process {
  readonly bornAt = performance.now()
  readonly dieAt: string | undefined
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  isStopped = false
  /** It was killed from here. */
  isKilled = false
  /** It was asked to leave. */
  isAsked = false

  constructor(args: readonly string[], { prefix = [], dieAt }: StartOptions) {
    this.dieAt = dieAt
    const preload = dieAt === undefined ? [] : ['--import', new URL('faults.js', import.meta.url).href]
    const [program, ...rest] = [...prefix, process.execPath, ...preload, COMMAND, ...args]
    this.#child = spawn(program as string, rest, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...(dieAt === undefined ? {} : { BENCH_DIE_AT: dieAt }) },
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lines.push(...text.split('\n').filter((line) => line !== ''))
      this.#lines.splice(0, this.#lines.length - LINES_KEPT)
    })
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => resolve({ code, signal }))
    })
  }

  get ageMs(): number {
    return performance.now() - this.bornAt
  }

  /** The last that it said. */
  get said(): string {
    return this.#lines.join('\n')
  }

  kill(): void {
    this.isKilled = true
    this.#child.kill('SIGKILL')
  }

  /** Asks it to hand over and leave. */
  leave(): void {
    this.isAsked = true
    this.#child.kill('SIGTERM')
  }

  stop(): void {
    this.isStopped = true
    this.#child.kill('SIGSTOP')
  }

  goOn(): void {
    this.isStopped = false
    this.#child.kill('SIGCONT')
  }
}
