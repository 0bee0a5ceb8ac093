/**
 * The side of a run that another command watches from outside, `millrace run --watch` or one that runs dead letters again: what
 * the watcher tells it. Called by `command/run.ts`.
 *
 * The watcher alone hears the signals: a terminal sends Ctrl-C to both processes, and only one may decide what it means.
 */

import type { Run } from '@millrace/core'
import type { Interrupt, SignalSource } from '../interrupts.ts'

/** What the run says once it listens. */
export const READY = 'millrace is ready'

/** What the watcher says. */
export type WatchMessage =
  | { readonly kind: 'begin'; readonly session?: string }
  | { readonly kind: 'signal'; readonly signal: Interrupt }
  /** A file has changed: the run is to end so that another can begin. */
  | { readonly kind: 'change'; readonly cancels: boolean }

/** A variable of Node's own `--watch`: a process tells its parent which files it imports. */
export const REPORTING = 'WATCH_REPORT_DEPENDENCIES'

/** A run without its watcher ends by then, clean-up included, or is ended. */
const ENDS_WITHIN_MS = 10_000

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A run's end of the line to its watcher. */
export class Watched implements SignalSource {
  /** Keeps a browser's page open over several runs. */
  readonly session: string | undefined
  readonly #listeners = new Set<(signal: Interrupt) => void>()
  readonly #deaf = (): void => undefined
  /** Signals from before the run was supervised. */
  #unheard: Interrupt[] = []
  #running: Run | undefined
  /** Why the run is not to begin; undefined if it may. */
  #reason: string | undefined
  /** Another run is to take the place of this one. */
  hasChanged = false
  #resolve!: () => void
  /** Resolves when there is nothing left to wait for: at a change, a signal, or if the watcher goes away. */
  readonly over = new Promise<void>((resolve) => {
    this.#resolve = resolve
  })

  private constructor(session: string | undefined) {
    this.session = session
    for (const signal of signals) process.on(signal, this.#deaf)
    process.on('message', this.#onMessage)
    process.on('disconnect', this.#onDisconnect)
    // to listen is no reason to stay
    process.channel?.unref()
  }

  /** Waits for the watcher's first word. */
  static begin(): Promise<Watched> {
    return new Promise((resolve) => {
      const onMessage = (message: WatchMessage): void => {
        if (message.kind !== 'begin') return
        process.off('message', onMessage)
        resolve(new Watched(message.session))
      }
      process.on('message', onMessage)
      // what is sent before somebody listens may be lost
      process.send?.(READY)
    })
  }

  on(_signal: Interrupt, listener: (signal: Interrupt) => void): void {
    this.#listeners.add(listener)
    // once it listens to all of the signals
    if (this.#unheard.length > 0) queueMicrotask(() => this.#tellUnheard())
  }

  #tellUnheard(): void {
    for (const signal of this.#unheard.splice(0)) this.#tell(signal)
  }

  #tell(signal: Interrupt): void {
    if (this.#listeners.size === 0) this.#unheard.push(signal)
    for (const listener of [...this.#listeners]) listener(signal)
  }

  off(_signal: Interrupt, listener: (signal: Interrupt) => void): void {
    this.#listeners.delete(listener)
  }

  /** Ends this run when a file changes. */
  follow(running: Run): void {
    this.#running = running
    stopReporting()
    if (this.#reason !== undefined) void running.cancel(this.#reason)
  }

  /** The command is over: the process may end. */
  end(): void {
    for (const signal of signals) process.off(signal, this.#deaf)
    process.off('message', this.#onMessage)
    process.off('disconnect', this.#onDisconnect)
    if (process.connected) process.disconnect()
  }

  readonly #onMessage = (message: WatchMessage): void => {
    if (message.kind === 'begin') return
    this.#resolve()
    if (message.kind === 'signal') this.#tell(message.signal)
    else this.#onChange(message.cancels)
  }

  #onChange(cancels: boolean): void {
    this.hasChanged = true
    this.#reason ??= 'a file has changed'
    if (cancels) void this.#running?.cancel(this.#reason)
    else this.#running?.stop().catch(() => undefined)
  }

  /** Without its watcher the run would go on with nothing to end it. */
  readonly #onDisconnect = (): void => {
    stopReporting()
    this.#reason = 'the command that watched it has gone'
    this.#resolve()
    void this.#running?.cancel(this.#reason)
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ENDS_WITHIN_MS).unref()
  }
}

/** Processes that the run starts would send what they import to the run: their messages are its own. */
function stopReporting(): void {
  delete process.env[REPORTING]
}
