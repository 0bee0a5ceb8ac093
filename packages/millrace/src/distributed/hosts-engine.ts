/**
 * `HostsEngine`: a run over hosts, as `Run` sees it. It starts hosts and if need be a server, takes part with what belongs to
 * the caller (pinned terms, sinks, dead letters, open outputs), gathers figures, and leaves nothing behind. Made by
 * `engine-of-hosts.ts`, for programs and for `millrace run` alike.
 */

import { randomUUID } from 'node:crypto'
import {
  CALLER,
  type Joined,
  type JoinOptions,
  joinRun,
  type LetterTarget,
  type LocalServer,
  ProgramLetters,
  ProgramOutput,
  removeRun,
  type ServerOptions,
  serversWith,
  startServer,
  type TaskPlan,
} from '@millrace/cluster'
import {
  CancelledError,
  type EngineSetup,
  messageOf,
  type Node,
  type RunEngine,
  type RunPhase,
  type Stats,
} from '@millrace/core'
import { NO_STATS } from '@millrace/core/engine'
import { codeOf } from '../report/error.ts'
import { Hosts, type HostsOptions } from './hosts.ts'
import { LabelWatch, refuseUnlabelled } from './labels.ts'
import { HostNews } from './news.ts'
import { BY_COMMAND, DEFAULT_HOSTS, type DistributedOptions } from './options.ts'
import { tellPatiently } from './tell-patiently.ts'

/** The run is looked at so often. */
const LOOK_MS = 500
/** A run that is given up is waited for so long: the servers may be away. */
const GIVE_UP_MS = 5000

/** What a run over hosts needs beside the graph. */
export interface HostsEngineOptions {
  readonly options: DistributedOptions
  readonly join: Pick<JoinOptions, 'term' | 'lines' | 'settle'> & Partial<JoinOptions>
  readonly tasks: readonly TaskPlan[]
  /** How hosts are started here. */
  readonly launch: Pick<HostsOptions, 'module' | 'param' | 'flags'> & Partial<Pick<HostsOptions, 'setup'>>
  /** Where dead letters are kept. Default: the run's own handle has them. */
  readonly letters?: LetterTarget | undefined
}

/** Moves a run's items over hosts. */
export class HostsEngine implements RunEngine {
  readonly results = new Map<Node, unknown>()
  readonly pictures = new Map<string, never>()
  readonly waitsFor = 'a host'
  readonly #setup: EngineSetup
  readonly #given: HostsEngineOptions
  readonly #news: HostNews
  readonly #outputs: ReadonlyMap<string, ProgramOutput>
  #stats: Omit<Stats, 'phase'> = NO_STATS
  #joined: Joined | undefined
  #asked: 'stop' | 'pause' | undefined
  /** What the run does, as it was looked at last. */
  #phase: RunPhase | undefined
  /** Aborts once the run has failed, or is over. */
  readonly #ending = new AbortController()
  /** It was given up, and the servers do not say that it is over. */
  #isOutOfReach = false
  /** Calls that tell the run what to do, one after the other. */
  #telling: Promise<void> = Promise.resolve()
  #fail!: (error: unknown) => void
  /** Rejects with what ends the run before its time. */
  readonly #failed: Promise<never>

  constructor(setup: EngineSetup, given: HostsEngineOptions) {
    this.#setup = setup
    this.#given = given
    this.#news = new HostNews(setup)
    this.#outputs = new Map(setup.outputs.map((read) => [read.name, new ProgramOutput(read)]))
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    this.#failed.catch(() => undefined)
  }

  async run(onStarted: () => void): Promise<void> {
    const { options, tasks } = this.#given
    const { labels = [], run = `run-${randomUUID().slice(0, 8)}` } = options
    if (options.servers === undefined) refuseUnlabelled(tasks, new Set(labels))
    let local: LocalServer | undefined
    try {
      if (options.servers === undefined) local = await this.#orFailed(startServer(), (late) => late.stop())
      const servers = options.servers ?? [(local as LocalServer).url]
      await this.#withServers(run, servers, serversWith(servers, options), local?.gone, onStarted)
    } finally {
      await local?.stop()
    }
  }

  async #withServers(
    run: string,
    servers: readonly string[],
    server: ServerOptions,
    gone: Promise<never> | undefined,
    onStarted: () => void,
  ): Promise<void> {
    const { options, join, letters } = this.#given
    const { commitMs, giveUpMs } = options
    const joining = joinRun({
      ...join,
      run,
      server,
      labels: [CALLER],
      letters: letters ?? new ProgramLetters((letter) => this.#setup.onDeadLetter(letter)),
      outputs: this.#outputs,
      signal: this.#ending.signal,
      onSilence: (line) => this.#news.tell('servers', 'warn', line, {}),
      ...(commitMs === undefined ? {} : { commitMs }),
      ...(giveUpMs === undefined ? {} : { giveUpMs }),
    })
    const joined = await this.#orFailed(joining, (late) => late.close())
    this.#joined = joined
    try {
      await this.#accompany(joined, run, servers, gone, onStarted)
    } finally {
      this.#ending.abort()
      await joined.close()
      // a run that was given a name can be looked at, and gone on with
      const isToGo = options.servers !== undefined && options.run === undefined
      if (isToGo && !this.#isOutOfReach) await this.#remove(run, server)
    }
  }

  async #accompany(
    joined: Joined,
    run: string,
    servers: readonly string[],
    gone: Promise<never> | undefined,
    onStarted: () => void,
  ): Promise<void> {
    const { options, launch, tasks } = this.#given
    const { hosts: count = DEFAULT_HOSTS, ...access } = options
    // a program that is started again starts hosts again; a command may be gone for good while hosts finish its run
    const goesOn = options.servers !== undefined && options.run !== undefined && launch.setup === undefined
    const hosts = new Hosts({
      ...launch,
      run,
      servers,
      access,
      count,
      endsWithThis: !goesOn,
      onDeath: (line) => this.#news.tell('host', 'warn', line, {}),
    })
    const labels = new LabelWatch(tasks, performance.now())
    const look = async (): Promise<void> => {
      await this.#look(joined)
      labels.look(joined, performance.now())
    }
    const looking = new Looking(look)
    try {
      const line = `run ${run} at ${servers.join(',')}, hosts ${hosts.pids.join(', ')}`
      this.#news.tell('run', 'info', line, { run, servers, hosts: hosts.pids })
      onStarted()
      if (this.#asked !== undefined) this.#tell(this.#asked)
      // nobody starts the run's own server again
      await Promise.race([
        this.#toItsEnd(joined, run, [looking.failed, hosts.refused]),
        ...(gone ? [gone] : []),
      ])
    } finally {
      await looking.end()
      // a log that is gone has nothing more to tell
      if (!this.#isOutOfReach) await this.#look(joined).catch(() => undefined)
      await hosts.end()
    }
  }

  async #toItsEnd(joined: Joined, run: string, refusals: readonly Promise<never>[]): Promise<void> {
    const given = Promise.race([this.#failed, ...refusals])
    let isGivenUp = false
    given.catch(() => {
      isGivenUp = true
    })
    try {
      const end = await Promise.race([joined.done, given])
      if (end !== 'completed') throw new CancelledError(BY_COMMAND)
    } catch (error) {
      // hosts elsewhere would go on, and wait for what does not come
      if (isGivenUp) await this.#giveUp(joined, run)
      throw error
    }
    const found = await joined.results()
    for (const node of this.#setup.graph.nodes) {
      if (Object.hasOwn(found, node.id)) this.results.set(node, found[node.id])
    }
    for (const output of this.#outputs.values()) output.end()
  }

  async #giveUp(joined: Joined, run: string): Promise<void> {
    const told = (async (): Promise<true> => {
      try {
        await joined.cancel()
        await joined.done
      } catch (error) {
        if (codeOf(error) !== 'TASK_FAILED')
          this.#news.tell('servers', 'warn', messageOf(error), { code: codeOf(error) })
      }
      return true
    })()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), GIVE_UP_MS)
    })
    const isTold = await Promise.race([told, late])
    clearTimeout(timer)
    if (isTold) return
    this.#isOutOfReach = true
    const line =
      `the servers have not answered for ${GIVE_UP_MS / 1000} s: hosts elsewhere do not know that run ${run} is given up. ` +
      `Once they answer: millrace cancel ${run}, then millrace clean ${run}`
    this.#news.tell('servers', 'warn', line, { run })
    await joined.close()
  }

  async #look(joined: Joined): Promise<void> {
    const { phase, ...stats } = await joined.look()
    this.#stats = stats
    this.#phase = phase === 'ended' ? undefined : phase
    this.#news.look(
      joined.stalls(),
      joined.members().map(({ name }) => name),
    )
  }

  /** What cannot be removed is told: it does not change what came of the run. */
  async #remove(run: string, server: ServerOptions): Promise<void> {
    try {
      await removeRun(run, server)
    } catch (error) {
      const line = `run ${run} is still on the servers: ${messageOf(error)} To remove it: millrace clean ${run}`
      this.#news.tell('servers', 'warn', `${line} [${codeOf(error)}]`, { code: codeOf(error) })
    }
  }

  /** What `making` resolves to, unless the run fails before; what comes later is let go. */
  async #orFailed<Made>(making: Promise<Made>, letGo: (late: Made) => Promise<unknown>): Promise<Made> {
    try {
      return await Promise.race([making, this.#failed])
    } catch (error) {
      await making.then(letGo, () => undefined)
      throw error
    }
  }

  #tell(what: 'stop' | 'pause' | 'resume'): void {
    const joined = this.#joined
    if (joined === undefined) return
    const told = this.#telling.then(() =>
      tellPatiently(
        what,
        () => joined[what](),
        this.#ending.signal,
        (line, code) => this.#news.tell('servers', 'warn', line, { code }),
      ),
    )
    this.#telling = told
  }

  fail(error: unknown): void {
    this.#fail(error)
    this.#ending.abort(error)
  }

  stop(): void {
    this.#asked = 'stop'
    this.#tell('stop')
  }

  pause(): void {
    if (this.#asked === 'stop') return
    this.#asked = 'pause'
    this.#tell('pause')
  }

  resume(): void {
    if (this.#asked === 'pause') this.#asked = undefined
    // it may have been paused from elsewhere, or before this process has joined it
    this.#phase = undefined
    this.#tell('resume')
  }

  stats(): Omit<Stats, 'phase'> {
    return this.#stats
  }

  get phase(): RunPhase | undefined {
    return this.#phase
  }

  get failing(): RunEngine['failing'] {
    return { nodes: this.#stats.nodes, failures: this.#stats.failures }
  }

  starving(): [] {
    return []
  }

  peek(): undefined {
    return undefined
  }
}

/** Looks again and again, one look after the other. */
class Looking {
  readonly #timer: NodeJS.Timeout
  #look: Promise<void> | undefined
  /** Rejects with what a look throws. */
  readonly failed: Promise<never>

  constructor(look: () => Promise<void>) {
    let refuse: (error: unknown) => void = () => {}
    this.failed = new Promise((_resolve, reject) => {
      refuse = reject
    })
    this.failed.catch(() => undefined)
    this.#timer = setInterval(() => {
      this.#look ??= look()
        .catch((error: unknown) => refuse(error))
        .finally(() => {
          this.#look = undefined
        })
    }, LOOK_MS)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#look
  }
}
