/** Hosts of one run over a log in memory, in the process of a test. Not published. */

import { type AnyTerm, compileGraph, run } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { collect, fromIterable, keyBy, map } from '@millrace/terms'
import { cutGraph, type TaskPlan } from '../src/cut/cut.ts'
import { MemoryLog } from '../src/memory/memory-log.ts'
import { MemorySubstrate, type Weather } from '../src/memory/memory-substrate.ts'
import type { Commit } from '../src/port/records.ts'
import type { Command } from '../src/port/substrate.ts'
import { Host } from '../src/protocol/host.ts'
import { fromBytes } from '../src/task/bytes.ts'
import { EngineWork, failureOf, type TaskResult } from '../src/task/engine-work.ts'
import { type GatherTarget, type LetterTarget, lettersWork, outputWork } from '../src/task/gather-work.ts'

/** Makes a graph, and says which sink to look at. */
export type Make = () => { readonly term: AnyTerm; readonly sink: object }

/** Hosts that share a log. */
export class Cluster {
  readonly log = new MemoryLog()
  #names = 0

  readonly #make: Make

  constructor(make: Make) {
    this.#make = make
  }

  join(...labels: string[]): { name: string; done: Promise<unknown>; kill(): void; leave(): void } {
    return this.joinWith(labels, undefined)
  }

  joinWith(
    labels: readonly string[],
    letters: LetterTarget | undefined,
    outputs: ReadonlyMap<string, GatherTarget<unknown>> = new Map(),
  ): { name: string; done: Promise<unknown>; kill(): void; leave(): void } {
    const tasks = cutGraph(compileGraph(this.#make().term))
    const weather = { isDead: false }
    const mortal: Weather = {
      pass: async (_what, step) => (weather.isDead ? new Promise<never>(() => {}) : step()),
      glance: () =>
        weather.isDead ? new Promise(() => {}) : new Promise((resolve) => void setImmediate(resolve)),
    }
    const name = `h${++this.#names}`
    const host = new Host({
      substrate: new MemorySubstrate(this.log, mortal),
      clock: systemClock,
      owner: name,
      labels,
      tasks,
      makeWork: (task, state, around) => {
        const plan = tasks.find(({ name }) => name === task.name) as TaskPlan
        if (plan.takesLetters) return lettersWork(plan, state, around, letters)
        if (plan.takesOutput !== undefined)
          return outputWork(plan, state, around, outputs.get(plan.takesOutput))
        return new EngineWork(plan, state, around, { pieceBytes: 1 << 19 })
      },
      tellFailure: failureOf,
      commitMs: 5,
      creditBytes: 1 << 18,
      messageBytes: 1 << 19,
      beatMs: 10,
      suspectMs: 60,
    })
    const done = host.run()
    done.catch(() => undefined)
    return { name, done, kill: () => void (weather.isDead = true), leave: () => host.leave() }
  }

  /** The tasks whose newest commit is a host's. */
  ownedBy(host: string): Commit[] {
    return this.log.tails().flatMap(({ commit }) => (commit.owner === host ? [commit] : []))
  }

  /** Resolves once a host has committed for a task. */
  commitOf(host: string): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.log.onChange(() => {
        if (this.ownedBy(host).length === 0) return
        stop()
        resolve()
      })
    })
  }

  /** Says what the run is to do. */
  command(command: Command): void {
    this.log.command(command)
  }

  /** Resolves once no task has an owner. */
  held(): Promise<void> {
    const isHeld = (): boolean => this.log.tails().every(({ commit }) => commit.phase !== 'running')
    return new Promise((resolve) => {
      const stop = this.log.onChange(() => {
        if (!isHeld()) return
        stop()
        resolve()
      })
    })
  }

  /** What the sinks have to report, by id. */
  results(): Record<string, unknown> {
    return Object.fromEntries(
      this.log.tails().flatMap(({ commit }) => {
        const pieces = this.log.loadState(commit.task, commit.state?.pieces ?? [])
        return (fromBytes(Buffer.concat(pieces as Uint8Array[])) as TaskResult).results as [string, unknown][]
      }),
    )
  }
}

/** What was collected, by key. */
export const byKey = (rows: unknown): Record<string, unknown[]> => {
  const lists: Record<string, unknown[]> = {}
  for (const { key, value } of rows as { key: number; value: unknown }[]) (lists[key] ??= []).push(value)
  return lists
}

/** What the sink has to report without hosts. */
export async function inline(make: Make): Promise<unknown> {
  const { term, sink } = make()
  return (await run(term as never).done).result(sink as never)
}

/** Items of `picky`. */
export const ITEMS = 300
/** Sets every third item aside; the errors of some are no data. */
export const picky: Make = () => {
  const sink = collect<unknown>()
  const term = fromIterable(Array.from({ length: ITEMS }, (_, n) => n)).pipe(
    keyBy(
      (n: number) => n % 7,
      () =>
        map((n: number) => {
          if (n % 3 === 0) throw Object.assign(new RangeError(`${n}`), n % 6 === 0 ? { go: () => n } : {})
          return { key: n % 7, value: n }
        })
          .onFailure({ onError: 'skip' })
          .named('picky'),
      { partitions: 3 },
    ),
    sink,
  )
  return { term: term as unknown as AnyTerm, sink }
}
