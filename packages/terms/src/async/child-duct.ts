/**
 * `ChildDuct`: a child process, written to and read from. Called by `exec`.
 *
 * The program and what it starts are one process group, which is ended as a whole: when the run ends, when the program has
 * ended, and when this process does.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { BadInputError, describe, InvalidOptionError, messageOf } from '@millrace/core'
import { cutLines, type LineRules, lastLine, noLine } from '../format/line-cutter.ts'
import { checkWellFormed } from '../format/well-formed.ts'
import type { Duct } from '../interop/duct.ts'
import { beforeProcessEnds } from '../process-end.ts'
import type { ExecSettings } from './exec-options.ts'

/** What is kept of the standard error, for messages. */
const MAX_ERROR_CHARS = 4096
/** What a program has started may hold its output open: once it has ended, so much more time is spent on waiting for more. */
const GRACE_MS = 500
/** A group that was told to end is looked at so often. */
const LOOK_MS = 10

/** Elsewhere a process cannot be ended together with those that it has started. */
const HAS_GROUPS = process.platform !== 'win32'

/** One process. Whoever makes it calls `close`. */
export class ChildDuct implements Duct<string | Uint8Array, string | Uint8Array> {
  readonly #settings: ExecSettings
  readonly #child: ChildProcessWithoutNullStreams
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #line = noLine()
  #errors = ''
  /** Resolves when the process has ended; says how it failed, if it did. */
  readonly #ended: Promise<string | Error | undefined>
  /** Resolves when its output has ended as well. */
  readonly #closed: Promise<unknown>
  #hasEnded = false
  /** Neither the program nor anything that it has started is there. */
  #isGone = false
  #onEnded: () => void = () => {}
  /** What is left of the time to wait for output of a program that has ended, in ms. */
  #graceMs = GRACE_MS
  readonly #callOff: () => void
  isOpen = true
  /** Settles what waits for room. */
  #wake: (() => void) | undefined

  constructor(settings: ExecSettings) {
    const { command, args, cwd, env } = settings
    this.#settings = settings
    const child = spawn(command, [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: 'pipe',
      detached: HAS_GROUPS,
    })
    this.#child = child
    this.#callOff = beforeProcessEnds(() => this.#signal('SIGKILL'))
    this.#ended = new Promise((resolve) => {
      child.once('error', resolve)
      child.once('exit', (code, signal) => {
        if (code === 0) resolve(undefined)
        else resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`)
      })
    })
    this.#ended.then(() => {
      this.#hasEnded = true
      // its number may be given to another process once there is none of its group
      this.#isGone = !this.#signal(0)
      this.#deafen()
      this.#onEnded()
    })
    this.#closed = new Promise((resolve) => child.once('error', resolve).once('close', resolve))
    child.stderr.on('data', (chunk) => {
      this.#errors = `${this.#errors}${chunk}`.slice(-MAX_ERROR_CHARS)
    })
    // a program need not read its input to the end: how it ended tells whether that was right
    child.stdin.on('error', this.#deafen).on('close', this.#deafen).on('drain', this.#rouse)
    this.#chunks = child.stdout[Symbol.asyncIterator]()
  }

  /** Sends a signal to the program and all that it has started. Returns whether any of them was there. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child
    if (pid === undefined || this.#isGone) return false
    try {
      return process.kill(HAS_GROUPS ? -pid : pid, signal)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' // there, and another user's
    }
  }

  /** What comes of the promise; `undefined` if the program has ended, and nothing comes in the time that is left. */
  async #inTime<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    let isSettled = false
    const settled = promise.finally(() => {
      isSettled = true
    })
    settled.catch(() => undefined)
    const ended = new Promise<void>((resolve) => {
      this.#onEnded = resolve
      if (this.#hasEnded) resolve()
    })
    await Promise.race([settled, ended])
    while (!isSettled && this.#graceMs > 0) {
      const since = performance.now()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.#graceMs)
      })
      await Promise.race([settled, late]).catch(() => undefined)
      clearTimeout(timer)
      this.#graceMs -= performance.now() - since
    }
    // of what is there already the thread, if it was busy, has not heard yet
    for (let turns = 0; !isSettled && turns < 3; turns++)
      await new Promise((resolve) => setImmediate(resolve))
    return isSettled ? settled : undefined
  }

  #failure(what: string, cause?: unknown): BadInputError {
    const errors = this.#errors.trim()
    return new BadInputError(
      `The program ${JSON.stringify(this.#settings.command)} ${cause === undefined ? '' : 'cannot be run: '}${what}` +
        `${errors === '' ? '.' : `; it wrote: ${errors}`}`,
      cause === undefined ? undefined : { cause },
    )
  }

  readonly #rouse = (): void => {
    this.#wake?.()
    this.#wake = undefined
  }

  readonly #deafen = (): void => {
    this.isOpen = false
    this.#rouse()
  }

  write(item: string | Uint8Array): void | Promise<void> {
    if (!this.isOpen) return
    if (typeof item !== 'string' && !(item instanceof Uint8Array)) {
      throw new InvalidOptionError(
        'An item of exec()',
        item,
        `a text or bytes, which ${describe(item)} is not`,
      )
    }
    if (typeof item === 'string') checkWellFormed('An item of exec()', item)
    if (this.#child.stdin.write(typeof item === 'string' ? `${item}\n` : item)) return
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.stdin.end(() => resolve())
    })
  }

  async read(): Promise<readonly (string | Uint8Array)[] | undefined> {
    const { output, maxLineBytes } = this.#settings
    const step = await this.#inTime(this.#chunks.next())
    if (step !== undefined && step.done !== true) {
      return output === 'bytes' ? [step.value] : cutLines(rulesOf(maxLineBytes), this.#line, step.value)
    }
    const last = lastLine(rulesOf(maxLineBytes), this.#line)
    return last.length > 0 ? last : undefined
  }

  async settle(): Promise<void> {
    const failure = await this.#ended
    if (failure !== undefined) await this.#inTime(this.#closed) // for what it says about it
    await this.close()
    if (failure === undefined) return
    throw typeof failure === 'string' ? this.#failure(failure) : this.#failure(messageOf(failure), failure)
  }

  #closing: Promise<void> | undefined

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { stdin, stdout, stderr } = this.#child
    for (const stream of [stdin, stdout, stderr]) stream.destroy()
    this.#signal('SIGTERM')
    const since = performance.now()
    while (!this.#hasEnded || this.#signal(0)) {
      const isLate = performance.now() - since >= this.#settings.killAfterMs
      if (isLate) this.#signal('SIGKILL')
      // what has ended and is not waited for by its parent can still be seen
      if (isLate && this.#hasEnded) break
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    this.#callOff()
  }
}

function rulesOf(maxLineBytes: number): LineRules {
  const remedy = 'With output: "bytes" it gives what the program writes as it is.'
  return { owner: 'exec', maxLineBytes, encoding: 'utf8', remedy }
}
