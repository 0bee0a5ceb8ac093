/** `ChildDuct`: a child process, written to and read from. Called by `exec`. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { BadInputError, describe, InvalidOptionError, messageOf } from '@millrace/core'
import { cutLines, lastLine, noLine } from '../format/line-cutter.ts'
import type { Duct } from '../interop/duct.ts'
import type { ExecSettings } from './exec.ts'

/** What is kept of the standard error, for messages. */
const MAX_ERROR_CHARS = 4096

/** One process. Whoever makes it calls `close`. */
export class ChildDuct implements Duct<string | Uint8Array, string | Uint8Array> {
  readonly #settings: ExecSettings
  readonly #child: ChildProcessWithoutNullStreams
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #line = noLine()
  #errors = ''
  /** Resolves when the process has ended and its output with it; says how it failed, if it did. */
  readonly #gone: Promise<Error | undefined>
  #isGone = false
  isOpen = true
  /** Settles what waits for room. */
  #wake: (() => void) | undefined

  constructor(settings: ExecSettings) {
    const { command, args, cwd, env } = settings
    this.#settings = settings
    const child = spawn(command, [...args], { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
    this.#child = child
    this.#gone = new Promise((resolve) => {
      child.once('error', (error) => resolve(this.#failure(messageOf(error), error)))
      child.once('close', (code, signal) => {
        if (code === 0) resolve(undefined)
        else resolve(this.#failure(signal === null ? `ended with code ${code}` : `was ended by ${signal}`))
      })
    })
    this.#gone.then(() => {
      this.#isGone = true
      this.#deafen()
    })
    child.stderr.on('data', (chunk) => {
      this.#errors = `${this.#errors}${chunk}`.slice(-MAX_ERROR_CHARS)
    })
    // a program need not read its input to the end: how it ended tells whether that was right
    child.stdin.on('error', this.#deafen).on('close', this.#deafen).on('drain', this.#rouse)
    this.#chunks = child.stdout[Symbol.asyncIterator]()
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
    const step = await this.#chunks.next()
    if (step.done !== true) {
      return output === 'bytes' ? [step.value] : cutLines('exec', this.#line, step.value, maxLineBytes)
    }
    const last = lastLine(this.#line)
    return last.length > 0 ? last : undefined
  }

  async settle(): Promise<void> {
    const failure = await this.#gone
    if (failure !== undefined) throw failure
  }

  async close(): Promise<void> {
    const child = this.#child
    let timer: NodeJS.Timeout | undefined
    if (!this.#isGone) {
      child.stdin.destroy()
      child.kill('SIGTERM')
      timer = setTimeout(() => child.kill('SIGKILL'), this.#settings.killAfterMs)
    }
    // unread, the output would keep the process from being over
    child.stdout.destroy()
    child.stderr.destroy()
    await this.#gone
    clearTimeout(timer)
  }
}
