/** `Hosts`: processes on this machine that take part in a run. One that dies is started again. Called by `distributed.ts`. */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Access } from '@millrace/cluster'
import type { Parameters } from './parameters.ts'

/** A host that has died is started again after this. */
const RESTART_MS = 200

/** What hosts are started with. */
export interface HostsOptions {
  readonly module: string
  readonly run: string
  readonly servers: readonly string[]
  readonly access: Access
  readonly param: Parameters
  /** Flags of settings and labels. */
  readonly flags: readonly string[]
  readonly count: number
  /** Told of a host that died. */
  readonly onDeath: (line: string) => void
}

/** The hosts of a run that were started here. */
export class Hosts {
  readonly #options: HostsOptions
  readonly #living = new Set<ChildProcess>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #isEnding = false

  constructor(options: HostsOptions) {
    this.#options = options
    for (let i = 0; i < options.count; i++) this.#start()
  }

  #start(): void {
    const { module, run, servers, access, param, flags, onDeath } = this.#options
    const params = Object.entries(param).flatMap(([name, value]) => ['--param', `${name}=${value}`])
    const command = fileURLToPath(new URL('../bin/millrace.js', import.meta.resolve('millrace')))
    const args = [
      command,
      'worker',
      module,
      '--run',
      run,
      '--servers',
      servers.join(','),
      '--quiet',
      ...accessFlags(access),
      ...flags,
      ...params,
    ]
    // a signal from the terminal is for the command, which then tells the hosts
    const host = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    this.#living.add(host)
    host.once('exit', (code, signal) => {
      this.#living.delete(host)
      if (this.#isEnding || code === 0) return
      // by its own word the run has failed, or a mistake keeps it from beginning
      if (code === 1 || code === 2) return
      onDeath(`host ${host.pid} was ended by ${signal ?? `code ${code}`}; another one takes its place`)
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        this.#start()
      }, RESTART_MS)
      this.#timers.add(timer)
    })
  }

  /** Ids of the processes. */
  get pids(): number[] {
    return [...this.#living].flatMap(({ pid }) => pid ?? [])
  }

  /** Waits a moment for hosts to end, as they do when the run is over; then ends them. */
  async end(graceMs = 3000): Promise<void> {
    this.#isEnding = true
    for (const timer of this.#timers) clearTimeout(timer)
    const ended = [...this.#living].map(
      (host) =>
        new Promise<void>((resolve) => {
          const timer = setTimeout(() => host.kill('SIGKILL'), graceMs)
          host.once('exit', () => {
            clearTimeout(timer)
            resolve()
          })
        }),
    )
    await Promise.all(ended)
  }
}

function accessFlags({ creds, nkey, tlsCa, tlsCert, tlsKey }: Access): string[] {
  const flags = { creds, nkey, 'tls-ca': tlsCa, 'tls-cert': tlsCert, 'tls-key': tlsKey }
  return Object.entries(flags).flatMap(([name, file]) => (file === undefined ? [] : [`--${name}`, file]))
}
