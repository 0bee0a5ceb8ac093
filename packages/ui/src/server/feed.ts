/**
 * `Feed`: looks at a run now and then and tells whoever follows: frames of figures, events, letters. Made by `Ui`.
 *
 * It looks twice a second, and less often where looking takes long or there is much to show, so that it never takes more than
 * a small share of the thread, nor of the page's. Its timer keeps no process alive.
 */

import { performance } from 'node:perf_hooks'
import { cpuUsage, memoryUsage } from 'node:process'
import { MillraceError, messageOf, type Run, type Stats } from '@millrace/core'
import { whole } from '../model/format.ts'
import { Past } from '../model/interval.ts'
import type {
  Frame,
  Limit,
  Notice,
  NoticeLevel,
  Recording,
  RunState,
  TapLines,
  TermPlot,
} from '../model/protocol.ts'
import { LetterGroups } from './letter-groups.ts'
import { LOOKS, pauseAfter } from './pause.ts'
import type { Recorder } from './recorder.ts'
import { shownOf } from './shown.ts'

/** Pictures of terms that are shown at most. */
const MAX_PLOTS = 12

/** What followers are told, by its name. */
export type Tell = (name: string, data: unknown) => void

/** Follows one run. */
export class Feed {
  readonly #run: Run
  readonly #recorder: Recorder
  readonly #tell: Tell
  readonly #limitOf: (now: Stats, before?: Stats) => Limit | undefined
  readonly #onPaused: (isPaused: boolean) => void
  /** Whether pages stay for the run that may follow. */
  readonly #isWatched: boolean
  readonly #letters = new LetterGroups()
  #tapped: readonly string[] = []
  #plots: readonly TermPlot[] = []
  /** How the run has ended. */
  #ended: RunState | undefined
  readonly #past = new Past<Stats>((stats) => stats.elapsedMs)
  #loop = performance.eventLoopUtilization()
  #timer: NodeJS.Timeout | undefined
  /** Processor times of the last few looks. */
  #tookMs: readonly number[] = []

  constructor(
    run: Run,
    recorder: Recorder,
    limitOf: (now: Stats, before?: Stats) => Limit | undefined,
    tell: Tell,
    onPaused: (isPaused: boolean) => void,
    isWatched = false,
  ) {
    this.#run = run
    this.#isWatched = isWatched
    this.#onPaused = onPaused
    this.#recorder = recorder
    this.#limitOf = limitOf
    this.#tell = tell
  }

  /** All there is so far, for pages that join later. */
  get recording(): Recording {
    return {
      ...this.#recorder.recording(this.#letters.list(), this.isOpen || this.#isWatched),
      tapped: this.#tapped,
      plots: this.#plots,
    }
  }

  /** Whether figures will still come. */
  get isOpen(): boolean {
    return this.#ended === undefined
  }

  /** Begins to look, and to listen. To be called right after `run()`. */
  begin(): void {
    const run = this.#run
    run.on('start', () => this.#frame())
    run.on('stall', ({ from, to, capacityItems }) =>
      this.note('stall', 'warn', `${from} → ${to} grew to ${whole(capacityItems)} items: nothing could move`),
    )
    run.on('health', ({ level, missing }) =>
      this.note(
        'health',
        level === 'green' ? 'info' : level === 'red' ? 'bad' : 'warn',
        `threads are ${level}${missing > 0 ? `, ${missing} missing` : ''}`,
      ),
    )
    run.on('starvation', ({ nodes }) =>
      this.note('starvation', 'warn', `${someOf(nodes)} could run and did not`),
    )
    run.on('failureRate', ({ term, level, failed, taken }) =>
      this.note(
        'failures',
        level === 'ok' ? 'info' : level === 'act' ? 'bad' : 'warn',
        `${term} fails on ${failed} of ${taken} items`,
      ),
    )
    run.on('checkpoint', ({ id }) => this.note('checkpoint', 'info', `checkpoint ${id} was written`))
    run.on('resume', ({ id }) => this.note('resume', 'info', `goes on from checkpoint ${id}`))
    run.on('deadLetter', (letter) => this.#letters.add(letter))
    run.on('error', (error) => this.note('error', 'bad', messageOf(error)))
    this.#look()
  }

  /** The run has ended as it says: the last figures go out, and no more of it follow. */
  end(state: RunState): void {
    if (!this.isOpen) return
    clearTimeout(this.#timer)
    this.#ended = state
    // first: from this on, pages that are slow are waited for
    this.#frame()
    this.note(
      'end',
      state === 'completed' || state === 'stopped' ? 'info' : 'bad',
      `the run has ${ENDED[state] ?? state}`,
    )
    // a page that is told so leaves
    if (!this.#isWatched) this.#tell('end', {})
  }

  /** Pauses, goes on, stops or cancels. */
  steer(what: 'pause' | 'resume' | 'stop' | 'cancel'): void {
    if (!this.isOpen) return
    if (what === 'stop')
      void this.#run.stop().catch(() => undefined) // the handle's owner is told
    else if (what === 'cancel') void this.#run.cancel('cancelled from the page')
    else this.#run[what]()
    this.#onPaused(what === 'pause')
    this.note('control', 'info', `${what} was asked for from the page`)
    this.#frame()
  }

  /** Tells which taps the page has begun. */
  tapped(names: readonly string[]): void {
    this.#tapped = names
    this.#tell('tapped', names)
  }

  /** Tells and keeps items of a tap. */
  tap(lines: TapLines): void {
    this.#recorder.tap(lines)
    this.#tell('tap', lines)
  }

  /** Tells and keeps an event. */
  note(kind: string, level: NoticeLevel, text: string): void {
    const notice: Notice = { time: Date.now(), kind, level, text }
    this.#recorder.note(notice)
    this.#tell('notice', notice)
  }

  #look(): void {
    const [began, usage] = [performance.now(), cpuUsage()]
    this.#frame()
    const { user, system } = cpuUsage(usage)
    // other processes, and other threads of this one, had their part of the one or the other
    const tookMs = Math.min(performance.now() - began, (user + system) / 1000)
    this.#tookMs = [...this.#tookMs, tookMs].slice(-LOOKS)
    const { nodes = [], edges = [] } = this.#recorder.last?.stats ?? {}
    this.#timer = setTimeout(() => this.#look(), pauseAfter(this.#tookMs, nodes.length + edges.length))
    this.#timer.unref()
  }

  #frame(): void {
    const stats = this.#run.stats()
    // what is said of a run that has ended is said of all of it
    const before = this.isOpen ? this.#past.begin(stats) : undefined
    this.#past.add(stats)
    const loop = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop)
    this.#loop = loop
    const { heapUsed, rss } = memoryUsage()
    const limit = this.#limitOf(stats, before)
    const frame: Frame = {
      time: Date.now(),
      state: this.#ended ?? (stats.phase === 'ended' ? 'running' : stats.phase),
      stats: shownOf(before, stats),
      ...(limit === undefined ? {} : { limit }),
      caller: { busyShare: utilization, heapBytes: heapUsed, rssBytes: rss },
    }
    this.#recorder.add(frame)
    this.#tell('frame', frame)
    this.#lookAtPlots()
    if (this.#letters.isChanged) {
      this.#letters.isChanged = false
      this.#tell('letters', this.#letters.list())
    }
  }

  /** What the terms draw, told when it has changed. */
  #lookAtPlots(): void {
    const pictures = [...this.#run.pictures()].slice(0, MAX_PLOTS)
    if (pictures.length === 0) return
    const plots = pictures.map(([term, picture]): TermPlot => ({ term, ...picture }))
    const isSame = plots.every(({ x, lines }, at) => {
      const old = this.#plots[at]
      return old?.x.length === x.length && old.x.at(-1) === x.at(-1) && sumOf(old.lines) === sumOf(lines)
    })
    if (isSame && plots.length === this.#plots.length) return
    this.#plots = plots
    this.#tell('plots', plots)
  }
}

/** Tells one picture from the next of the same term. */
function sumOf(lines: TermPlot['lines']): number {
  return lines.reduce((all, { y }) => y.reduce<number>((sum, value) => sum + (value ?? 0), all), 0)
}

const ENDED: Readonly<Record<string, string>> = {
  completed: 'completed',
  stopped: 'been drained and stopped',
  failed: 'failed',
  cancelled: 'been cancelled',
}

function someOf(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(', ') : `${ids[0]} and ${ids.length - 1} more`
}

/** How a run has ended that rejected. */
export function stateOfFailure(error: unknown): RunState {
  return error instanceof MillraceError && error.code === 'CANCELLED' ? 'cancelled' : 'failed'
}
