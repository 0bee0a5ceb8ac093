/**
 * `millrace run --watch`: runs a graph in a process of its own, and again in another whenever its module, what that imports, or
 * the config has changed. Called by `cli.ts`.
 */

import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BadInputError } from '@millrace/core'
import { freePort } from '@millrace/core/files'
import { findConfig } from '../config/discover.ts'
import { resolveConfig } from '../config/resolve.ts'
import { exitCodeOf, type Interrupt } from '../interrupts.ts'
import { checkFile, useTsconfigOf } from '../load-module.ts'
import { say } from '../report/error.ts'
import { startCommand } from '../start-command.ts'
import { pageOptions } from '../ui/attach.ts'
import { FileWatch } from '../watch/file-watch.ts'
import { READY, REPORTING, type WatchMessage } from '../watch/watched.ts'
import type { RunCommandOptions } from './run-options.ts'

const WATCHER_FLAGS = ['--watch', '--watch-cancel']
/** The exit code of a command that has said by itself what is wrong. */
const MISTAKEN = 2
/** A run that was cancelled has ended by then, clean-up included, or is ended. */
const GIVES_UP_MS = 10_000
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves to the exit code, at Ctrl-C. `args` are those of the command itself. @throws {BadInputError} without the module, or if hosts are to run it. */
export async function watchCommand(
  module: string,
  options: RunCommandOptions,
  args: readonly string[],
): Promise<number> {
  await checkFile(module)
  useTsconfigOf(module)
  await refuseHosts(options)
  const config = options.config ?? (await findConfig(process.cwd()).catch(() => undefined))
  const needsPort = pageOptions(options) !== undefined && (options.uiPort ?? 0) === 0
  const port = needsPort ? ['--ui-port', String(await freePort())] : []
  const own = args.filter((arg) => !WATCHER_FLAGS.includes(arg))
  const watcher = new Watcher([...own, ...port, '--watched'], options.watchCancel === true)
  for (const file of [module, config]) if (file !== undefined) watcher.files.add(resolve(file))
  say(`watching ${module} and what it imports; Ctrl-C ends`)
  return watcher.run()
}

/** Other mistakes in the settings can be mended while they are watched; the run tells of them. */
async function refuseHosts(options: RunCommandOptions): Promise<void> {
  const { config: file } = options
  const resolved = await resolveConfig({
    ...(file === undefined ? {} : { config: file }),
    flags: options,
  }).catch(() => undefined)
  if ((resolved?.config.scheduler?.strategy as string | undefined) === 'distributed')
    throw new BadInputError('--watch does not go with --strategy distributed.')
}

class Watcher {
  readonly files = new FileWatch((file) => this.#onChange(file))
  readonly #args: readonly string[]
  readonly #cancels: boolean
  readonly #session = randomBytes(16).toString('base64url')
  #child: ChildProcess | undefined
  /** The run under way is of files that have changed since. */
  #isStale = false
  #interrupts: Interrupt[] = []
  /** What the run is to hear once it listens; undefined when it does. */
  #untold: WatchMessage[] | undefined
  #end!: (code: number) => void

  constructor(args: readonly string[], cancels: boolean) {
    this.#args = args
    this.#cancels = cancels
  }

  /** Resolves to the exit code once no process is left. */
  async run(): Promise<number> {
    const ended = new Promise<number>((resolve) => {
      this.#end = resolve
    })
    for (const signal of signals) process.on(signal, this.#onSignal)
    this.#start()
    try {
      return await ended
    } finally {
      for (const signal of signals) process.off(signal, this.#onSignal)
      this.files.close()
    }
  }

  #start(): void {
    this.#isStale = false
    const child = startCommand(this.#args, {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { [REPORTING]: '1' },
    })
    this.#child = child
    child.on('message', (message) => this.#onMessage(message))
    child.on('error', (error) => {
      // what else goes wrong with a process is followed by its exit
      if (child.pid !== undefined) return
      say(`the run cannot be started: ${error.message}`)
      this.#onExit(MISTAKEN, null)
    })
    child.once('exit', (code, signal) => this.#onExit(code, signal))
    this.#untold = [{ kind: 'begin', session: this.#session }]
  }

  #tell(message: WatchMessage): void {
    if (this.#untold !== undefined) this.#untold.push(message)
    // it may be about to end
    else this.#child?.send(message, () => undefined)
  }

  #onMessage(message: unknown): void {
    if (message === READY) {
      const untold = this.#untold ?? []
      this.#untold = undefined
      for (const each of untold) this.#tell(each)
      return
    }
    if (typeof message !== 'object' || message === null) return
    for (const [kind, named] of Object.entries(message)) {
      if (kind !== 'watch:import' && kind !== 'watch:require') continue
      for (const name of [named].flat()) {
        const file = fileOf(name)
        if (file !== undefined) this.files.add(file)
      }
    }
  }

  #onChange(file: string): void {
    if (this.#interrupts.length > 0) return
    say(`${relative(process.cwd(), file)} has changed`)
    if (this.#child === undefined) this.#start()
    else if (!this.#isStale) {
      this.#isStale = true
      this.#tell({ kind: 'change', cancels: this.#cancels })
      const child = this.#child
      // what has been given up may be stuck
      if (this.#cancels) setTimeout(() => child.kill('SIGKILL'), GIVES_UP_MS).unref()
    }
  }

  readonly #onSignal = (signal: Interrupt): void => {
    this.#interrupts.push(signal)
    if (this.#child === undefined) this.#end(0)
    // drain, cancel, and for terms that do not let go there is no third word
    else if (this.#interrupts.length > 2) this.#child.kill('SIGKILL')
    else this.#tell({ kind: 'signal', signal })
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined
    const [first] = this.#interrupts
    if (first !== undefined) this.#end(this.#interrupts.length > 1 ? exitCodeOf(first) : 0)
    else if (this.#isStale) this.#start()
    else if (code !== MISTAKEN) {
      const how = signal === null ? `with ${code}` : `by ${signal}`
      say(`the run has ended ${how}; waiting for a change`)
    }
  }
}

/** The file of an import; `undefined` for what is a package's or Node's, and does not change. */
function fileOf(name: unknown): string | undefined {
  if (typeof name !== 'string' || /[\\/]node_modules[\\/]/.test(name)) return undefined
  // loaders put notes of their own behind
  const bare = name.replace(/(\?|%3F).*$/i, '')
  if (bare.startsWith('file:')) return fileURLToPath(bare)
  return /^(\/|[A-Za-z]:\\)/.test(bare) ? bare : undefined
}
