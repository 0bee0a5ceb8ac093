/**
 * `Hosts`: processes on this machine that take part in a run. One that dies is started again, with longer and longer pauses;
 * one of the first that cannot start ends the run. Called by `hosts-engine.ts`.
 */

import type { ChildProcess } from 'node:child_process'
import { type Access, HostFailedError } from '@millrace/cluster'
import { type Clock, messageOf } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import type { Parameters } from '../command/parameters.ts'
import { startCommand } from '../start-command.ts'
import { HOST_CODES, type HostRefusal } from './host-codes.ts'
import type { HostSetup } from './host-setup.ts'

/** A host that has died is started again after this; after twice the time if it dies again, and so on. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000
/** One that has lived for so long died of something else than the one before. */
const STEADY_MS = 30_000

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
  /** What a program tells them. Default: flags say all. */
  readonly setup?: HostSetup | undefined
  /** They end when this process does, however it does: nobody can go on with the run. Default: they wait for its next start. */
  readonly endsWithThis?: boolean
  /** Told of a host that died. */
  readonly onDeath: (line: string) => void
  readonly clock?: Clock
  /** Starts a process with these arguments. Tests put others in its place. */
  readonly spawn?: (args: readonly string[]) => ChildProcess
}

/** The hosts of a run that were started here. */
export class Hosts {
  readonly #options: HostsOptions
  readonly #clock: Clock
  readonly #living = new Set<ChildProcess>()
  readonly #timers = new Set<() => void>()
  #isEnding = false
  #refuse: (error: HostFailedError) => void = () => {}
  /** Rejects if one of the first hosts says that it cannot start. */
  readonly refused: Promise<never>

  constructor(options: HostsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.refused = new Promise((_resolve, reject) => {
      this.#refuse = reject
    })
    this.refused.catch(() => undefined)
    for (let i = 0; i < options.count; i++) this.#start(0)
  }

  /** `deaths`: how many hosts have died in its place, one soon after the other. */
  #start(deaths: number): void {
    const bornAt = this.#clock.monotonic()
    const isSteady = (): boolean => this.#clock.monotonic() - bornAt >= STEADY_MS
    const die = (what: string): void => this.#replace(what, isSteady() ? 0 : deaths)
    const { setup } = this.#options
    let host: ChildProcess
    try {
      host = (this.#options.spawn ?? spawnNode)(this.#args())
      // one that has died meanwhile is told by its end; where files are lacking it was made without a channel
      if (setup !== undefined) send(host, setup)
    } catch (error) {
      die(`a host could not be made (${messageOf(error)})`)
      return
    }
    this.#living.add(host)
    let why: string | undefined
    host.on('message', (message: Partial<HostRefusal>) => {
      if (message.kind === 'refusal') why = message.reason
    })
    host.once('error', (error) => {
      // one that was made tells of its end by itself
      if (host.pid === undefined && this.#living.delete(host))
        die(`a host could not be made (${error.message})`)
    })
    // not at its exit: what it has said may still be on its way
    host.once('close', (code, signal) => {
      if (!this.#living.delete(host) || code === HOST_CODES.over || code === HOST_CODES.runFailed) return
      if (code !== HOST_CODES.refused) die(`host ${host.pid} was ended by ${signal ?? `code ${code}`}`)
      // the others may be well, and what one in the place of another lacks may come back
      else if (deaths > 0) die(`host ${host.pid} could not start${why === undefined ? '' : `: ${why}`}`)
      else this.#refuse(new HostFailedError(String(host.pid), why))
    })
  }

  #replace(what: string, deaths: number): void {
    if (this.#isEnding) return
    this.#options.onDeath(`${what}; another one takes its place`)
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** deaths, LONGEST_PAUSE_MS)
    const cancel = this.#clock.after(pauseMs, () => {
      this.#timers.delete(cancel)
      this.#start(deaths + 1)
    })
    this.#timers.add(cancel)
  }

  #args(): string[] {
    const { module, run, servers, access, param, flags, setup, endsWithThis } = this.#options
    const params = Object.entries(param).flatMap(([name, value]) => ['--param', `${name}=${value}`])
    const told = setup === undefined ? [] : ['--told']
    const ends = endsWithThis === true ? ['--ends-with-parent'] : []
    const of = ['--run', run, '--servers', servers.join(','), '--quiet', '--hosted', ...told, ...ends]
    return ['worker', module, ...of, ...accessFlags(access), ...flags, ...params]
  }

  /** Ids of the processes. */
  get pids(): number[] {
    return [...this.#living].flatMap(({ pid }) => pid ?? [])
  }

  /** Waits a moment for hosts to end, as they do when the run is over; then ends them. */
  async end(graceMs = 3000): Promise<void> {
    this.#isEnding = true
    for (const cancel of this.#timers) cancel()
    const ended = [...this.#living].map(
      (host) =>
        new Promise<void>((resolve) => {
          const timer = setTimeout(() => host.kill('SIGKILL'), graceMs)
          host.once('close', () => {
            clearTimeout(timer)
            resolve()
          })
        }),
    )
    await Promise.all(ended)
  }
}

/** @throws if there is no channel; then the process is ended, if there is one. */
function send(host: ChildProcess, setup: HostSetup): void {
  try {
    host.send(setup, () => undefined)
  } catch (error) {
    host.once('error', () => undefined)
    host.kill('SIGKILL')
    throw error
  }
}

function spawnNode(args: readonly string[]): ChildProcess {
  // a signal from the terminal is for the command, which then tells the hosts
  return startCommand(args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced', // parameters of a program are more than JSON
    detached: true,
  })
}

function accessFlags({ creds, nkey, tlsCa, tlsCert, tlsKey }: Access): string[] {
  const flags = { creds, nkey, 'tls-ca': tlsCa, 'tls-cert': tlsCert, 'tls-key': tlsKey }
  return Object.entries(flags).flatMap(([name, file]) => (file === undefined ? [] : [`--${name}`, file]))
}
