/** `RunWatch`: looks at a distributed run now and then: for the terminal, for events, for labels that no host has. Called by `distributed.ts`. */

import type { Joined, TaskPlan } from '@millrace/cluster'
import { type AnyTerm, type Stats, toJSON } from '@millrace/core'
import type { ResolvedConfig } from '../config/resolve.ts'
import { Progress } from '../progress/progress.ts'
import { progressLines } from '../progress/progress-lines.ts'
import type { Log } from '../report/log.ts'
import { HostEvents } from './host-events.ts'
import { LabelWatch } from './labels.ts'
import type { RunCommandOptions } from './run-options.ts'

const LOOK_MS = 500

/** What is watched, and how. */
export interface WatchOptions {
  readonly options: RunCommandOptions
  readonly config: ResolvedConfig['config']
  readonly term: AnyTerm
  readonly tasks: readonly TaskPlan[]
  readonly log: Log
}

/** A look at a run, every half second. */
export class RunWatch {
  readonly #joined: Joined
  readonly #draw: ((stats: Stats) => void) | undefined
  readonly #events: HostEvents
  readonly #labels: LabelWatch
  readonly #tellsHosts: boolean
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #refuse: (error: unknown) => void = () => {}
  readonly isShown: boolean
  /** The figures when it looked last. */
  stats: Stats
  /** Rejects if a term waits for a host that does not come, or it cannot look any more. */
  readonly refused: Promise<never>

  private constructor(
    joined: Joined,
    first: Stats,
    draw: ((stats: Stats) => void) | undefined,
    { options, config, log, tasks }: WatchOptions,
  ) {
    this.#joined = joined
    this.#draw = draw
    this.isShown = draw !== undefined
    this.#labels = new LabelWatch(tasks, performance.now())
    this.#tellsHosts = options.quiet !== true
    this.#events = new HostEvents(log, config.failureRate)
    this.stats = first
    this.refused = new Promise((_resolve, reject) => {
      this.#refuse = reject
    })
    this.refused.catch(() => undefined)
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look()
        .then(() => this.#labels.look(this.#joined, performance.now()))
        .catch((error: unknown) => this.#refuse(error))
        .finally(() => {
          this.#looking = undefined
        })
    }, LOOK_MS)
  }

  static async begin(joined: Joined, watched: WatchOptions): Promise<RunWatch> {
    const { options, term } = watched
    const kind = options.quiet === true || options.log === 'json' ? 'none' : (options.progress ?? 'line')
    const isShown = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb' && kind !== 'none'
    const linesOf = isShown ? await progressLines(kind, toJSON(term)) : undefined
    const progress = isShown ? new Progress(process.stderr, process.stdout) : undefined
    const draw =
      linesOf === undefined || progress === undefined
        ? undefined
        : (stats: Stats): void => {
            if (stats.phase === 'ended') progress.close()
            else progress.draw(linesOf(stats, progress))
          }
    return new RunWatch(joined, await joined.look(), draw, watched)
  }

  async #look(): Promise<void> {
    this.stats = await this.#joined.look()
    const isNews = this.#tellsHosts && this.stats.phase !== 'ended'
    const names = this.#joined.members().map(({ name }) => name)
    this.#events.look(this.stats, this.#joined.stalls(), isNews ? names : undefined)
    this.#draw?.(this.stats)
  }

  /** Looks for the last time. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    await this.#look()
  }
}
