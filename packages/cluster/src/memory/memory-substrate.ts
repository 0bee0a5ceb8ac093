/**
 * `MemorySubstrate`: the port on a `MemoryLog`, as one host sees it. Every call passes its `Weather`, which may delay it,
 * lose its answer, do it twice, or never return: the faults of a network and of processes, under a test's control.
 */

import { BrokenLogError } from '../errors.ts'
import type { Commit, EdgeMessage, Report } from '../port/records.ts'
import type { Command, Member, Received, Substrate, Tail } from '../port/substrate.ts'
import type { MemoryLog } from './memory-log.ts'

/** Decides what becomes of a host's calls. */
export interface Weather {
  /** Does `step`, once or twice or not at all, sooner or later; resolves to what it returned, or rejects. */
  pass<Result>(what: string, step: () => Result): Promise<Result>
  /** Resolves when what was added to the log is to be seen; a hint may take its time. */
  glance(): Promise<void>
}

/** No faults: each call is done at once. */
export const fairWeather: Weather = {
  pass: async (_what, step) => step(),
  glance: async () => {},
}

/** One host's access to a run in memory. */
export class MemorySubstrate implements Substrate {
  readonly #log: MemoryLog
  readonly #weather: Weather

  constructor(log: MemoryLog, weather: Weather = fairWeather) {
    this.#log = log
    this.#weather = weather
  }

  tail(task: string): Promise<Tail | undefined> {
    return this.#weather.pass('tail', () => this.#log.tail(task))
  }

  append(commit: Commit, expected: number): Promise<number> {
    return this.#weather.pass('append', () => this.#log.append(commit, expected))
  }

  async watch(onTail: (tail: Tail) => void): Promise<() => void> {
    const seen = new Map<string, number>()
    let isOver = false
    let isLooking = false
    const look = async (): Promise<void> => {
      if (isLooking) return
      isLooking = true
      await this.#weather.glance()
      isLooking = false
      if (isOver) return
      for (const tail of this.#log.tails()) {
        if ((seen.get(tail.commit.task) ?? 0) >= tail.sequence) continue
        seen.set(tail.commit.task, tail.sequence)
        onTail(tail)
      }
    }
    const stop = this.#log.onChange(() => void look())
    void look()
    return () => {
      isOver = true
      stop()
    }
  }

  saveState(task: string, pieces: readonly Uint8Array[]): Promise<readonly number[]> {
    return this.#weather.pass('saveState', () => this.#log.saveState(task, pieces))
  }

  async loadState(task: string, sequences: readonly number[]): Promise<readonly Uint8Array[]> {
    const pieces = await this.#weather.pass('loadState', () => this.#log.loadState(task, sequences))
    return pieces.map((piece, at) => {
      if (piece === undefined)
        throw new BrokenLogError(`piece ${sequences[at]} of the state of ${task} is gone`)
      return piece
    })
  }

  dropState(task: string, below: number): Promise<void> {
    return this.#weather.pass('dropState', () => this.#log.dropState(task, below))
  }

  send(edge: string, message: EdgeMessage): Promise<void> {
    return this.#weather.pass('send', () => this.#log.send(edge, message))
  }

  async *read(edge: string, from: number, signal: AbortSignal): AsyncGenerator<Received, void, undefined> {
    let next = from
    let wake: () => void = () => {}
    const stop = this.#log.onChange(() => wake())
    const onAbort = (): void => wake()
    signal.addEventListener('abort', onAbort)
    try {
      while (!signal.aborted) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve
        })
        const found = this.#log.read(edge, next)
        if (found.length === 0) {
          await changed
          continue
        }
        await this.#weather.glance()
        for (const received of found) {
          if (signal.aborted) return
          next = received.sequence + 1
          yield received
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      stop()
    }
  }

  purge(edge: string, below: number): Promise<void> {
    return this.#weather.pass('purge', () => this.#log.purge(edge, below))
  }

  beat(member: Member): Promise<void> {
    return this.#weather.pass('beat', () => this.#log.beat(member))
  }

  leave(name: string): Promise<void> {
    return this.#weather.pass('leave', () => this.#log.leave(name))
  }

  members(): Promise<readonly Member[]> {
    return this.#weather.pass('members', () => this.#log.members())
  }

  report(report: Report): Promise<void> {
    return this.#weather.pass('report', () => this.#log.report(report))
  }

  reports(): Promise<readonly Report[]> {
    return this.#weather.pass('reports', () => this.#log.reports())
  }

  command(command: Command): Promise<Command> {
    return this.#weather.pass('command', () => this.#log.command(command))
  }

  commanded(): Promise<Command> {
    return this.#weather.pass('commanded', () => this.#log.commanded())
  }

  async close(): Promise<void> {}
}
