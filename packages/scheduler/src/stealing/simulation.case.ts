/**
 * A team of workers in one thread, for tests of the protocol: the real `StealingTeam`, `TeamWorker` and `StealingWorker`
 * on a machine whose threads, ports and timers are events, which a seed puts in order. Items are numbers; what becomes of
 * one is `Script`'s to say.
 */

import { Random } from '@millrace/core/testing'
import { MemoryPressure } from '../governor/memory-pressure.ts'
import { Beacon } from '../worker/beacon.ts'
import { packOutputs, unpackOutputs } from '../worker/outputs.ts'
import { unpack } from '../worker/packed.ts'
import { type DoneReply, PROTOCOL_VERSION, type Reply, type RunTask, type Task } from '../worker/protocol.ts'
import type { RegionRunner } from '../worker/region-runner.ts'
import type { PeerPort, WorkerStart } from './protocol.ts'
import { StealingTeam, type TeamOptions } from './stealing-team.ts'
import { StealingWorker } from './stealing-worker.ts'
import type { TeamMachine, TeamThread } from './team-machine.ts'

/** What the call with an item does. `hangs` waits for a promise that never settles, `loops` never gives the thread back. */
export type Act = 'gives' | 'fails' | 'hangs' | 'loops'

/** What becomes of items. */
export interface Script {
  readonly actOf: (item: number) => Act
  /** How many outputs it has. */
  readonly sizeOf: (item: number) => number
}

export const outputsOf = (item: number, { sizeOf }: Script): number[] =>
  Array.from({ length: sizeOf(item) }, (_, i) => item * 10 + i)

/** A reply holds so many outputs at most. */
const REPLY = 12
/** Timers of so many ms at most may be early or late; longer ones wait until nothing else happens. */
const SHORT_MS = 10

interface Event {
  readonly isReady: () => boolean
  readonly act: () => void
}

/** All that can happen next. Events of one lane happen in order; which lane is next is the seed's choice. */
export class Schedule {
  readonly random: Random
  readonly #lanes = new Map<object, Event[]>()
  readonly #timers = new Set<{ readonly at: number; readonly ms: number; readonly then: () => void }>()
  now = 0
  events = 0

  constructor(seed: number) {
    this.random = new Random(seed)
  }

  post(lane: object, act: () => void, isReady = (): boolean => true): void {
    const events = this.#lanes.get(lane) ?? []
    events.push({ isReady, act })
    this.#lanes.set(lane, events)
  }

  /** Takes back what has not happened on a lane; the first `kept` events of it stay. */
  cut(lane: object, kept = 0): void {
    this.#lanes.get(lane)?.splice(kept)
  }

  pause(lane: object): Promise<void> {
    return new Promise((resolve) => this.post(lane, resolve))
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.now + ms, ms, then }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Has one thing happen. Returns whether there was one. */
  async step(): Promise<boolean> {
    const lanes = [...this.#lanes.values()].filter(([first]) => first?.isReady() === true)
    const timers = [...this.#timers].filter(({ ms }) => ms <= SHORT_MS || lanes.length === 0)
    timers.sort((one, other) => one.at - other.at)
    const [timer] = timers
    const choice = this.random.below(lanes.length + (timer === undefined ? 0 : 1))
    const lane = lanes[choice]
    if (lane === undefined && timer === undefined) return false
    this.events++
    if (lane !== undefined) lane.shift()?.act()
    else if (timer !== undefined) {
      this.#timers.delete(timer)
      this.now = Math.max(this.now, timer.at)
      timer.then()
    }
    await new Promise(setImmediate)
    return true
  }
}

/** As much of a runner as the protocol looks at: one queue, which may be cut. */
class PaperRunner {
  readonly queue: number[]
  readonly out: number[] = []
  readonly entries = 1
  readonly stages = []
  readonly edges: readonly object[]
  wasSplit = false
  onStep: (() => void) | undefined
  isDisposed = false
  onDisposed: () => void = () => {}

  constructor(items: readonly number[]) {
    const queue = [...items]
    this.queue = queue
    this.edges = [
      {
        get items() {
          return queue.length
        },
        takeTail: (count: number) => ({ items: queue.splice(queue.length - count), times: undefined }),
      },
    ]
  }

  dispose(): void {
    this.isDisposed = true
    this.onDisposed()
  }
}

/** One thread, and the worker in it. */
class PaperThread implements TeamThread {
  readonly threadId: number
  readonly paused = new Map<string, PaperRunner>()
  readonly orders = {}
  readonly reports = {}
  readonly steps = {}
  readonly words: object[] = []
  isRunning = true
  isStuck = false
  isReferenced = true
  readonly #schedule: Schedule
  readonly #script: Script
  readonly #worker: StealingWorker
  readonly #listeners = new Map<string, (value: never) => void>()

  constructor(threadId: number, schedule: Schedule, script: Script, { slot, cells, beacon }: WorkerStart) {
    this.threadId = threadId
    this.#schedule = schedule
    this.#script = script
    this.#worker = new StealingWorker(slot, cells, {
      beacon: new Beacon(beacon),
      runTask: (task, _transfer, watch, part = '') =>
        this.#runTask(task, part, (runner) => watch?.(runner as unknown as RegionRunner)),
      letGo: async ({ activation }, running) => {
        running?.dispose(undefined)
        this.#drop(activation)
        await schedule.pause(this.steps)
        return { kind: 'unknown' }
      },
      prepare: () => schedule.pause(this.steps),
      regionOf: () => ({ ref: undefined as never, stateful: undefined, drop: (id) => this.#drop(id) }),
      report: (report) => schedule.post(this.reports, () => this.#tell('message', report)),
      hear: () => {},
      now: () => schedule.now,
      random: () => schedule.random.next(),
      after: (ms, then) => schedule.after(ms, () => this.isRunning && then()),
      turn: () => schedule.pause(this.steps),
    })
  }

  #tell(event: string, value: unknown): void {
    this.#listeners.get(event)?.(value as never)
  }

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, listener)
  }

  postMessage(order: Parameters<StealingWorker['onOrder']>[0]): void {
    if (!this.isRunning) return
    if (order.kind === 'peer') (order.port as PaperPort).owner = this
    this.#schedule.post(
      this.orders,
      () => this.#worker.onOrder(order),
      () => !this.isStuck,
    )
  }

  ref(): void {
    this.isReferenced = true
  }

  unref(): void {
    this.isReferenced = false
  }

  /** Ends it in the middle of whatever it does; some of what it has said last is lost with it. */
  terminate(): void {
    if (!this.isRunning) return
    this.isRunning = false
    for (const lane of [this.orders, this.steps, ...this.words]) this.#schedule.cut(lane)
    this.#schedule.cut(this.reports, this.#schedule.random.below(3))
    this.#schedule.post(this.reports, () => this.#tell('exit', 1))
  }

  #drop(activation: number): void {
    for (const key of this.paused.keys()) if (key.startsWith(`${activation} `)) this.paused.delete(key)
  }

  async #runTask(task: Task, part: string, watch: (runner?: PaperRunner) => void): Promise<Reply> {
    const key = `${task.activation} ${part}`
    const runner = task.kind === 'run' ? new PaperRunner(itemsOf(task)) : this.paused.get(key)
    this.paused.delete(key)
    if (runner === undefined) return { kind: 'unknown' }
    watch(runner)
    try {
      await this.#schedule.pause(this.steps) // a region may have to be loaded
      return await this.#work(runner, key)
    } finally {
      watch()
    }
  }

  async #work(runner: PaperRunner, key: string): Promise<Reply> {
    while (runner.queue.length > 0 && runner.out.length < REPLY) {
      if (runner.isDisposed) break
      const item = runner.queue.shift() as number
      await this.#call(runner, item)
      if (runner.isDisposed) return failed('disposed')
      if (this.#script.actOf(item) === 'fails') return failed(`no ${item}`)
      runner.out.push(...outputsOf(item, this.#script))
      runner.onStep?.()
    }
    if (runner.isDisposed) return failed('disposed')
    const hasMore = runner.out.length > REPLY || runner.queue.length > 0
    if (hasMore) this.paused.set(key, runner)
    return done(runner.out.splice(0, REPLY), hasMore, this.threadId)
  }

  async #call(runner: PaperRunner, item: number): Promise<void> {
    const act = this.#script.actOf(item)
    if (act === 'loops') {
      this.isStuck = true
      await new Promise(() => {})
    }
    if (act === 'hangs') await new Promise<void>((resolve) => Object.assign(runner, { onDisposed: resolve }))
    await this.#schedule.pause(this.steps)
  }
}

/** One end of the way between two threads. */
class PaperPort implements PeerPort {
  owner: PaperThread | undefined
  other: PaperPort | undefined
  #listener: ((word: never) => void) | undefined
  readonly #schedule: Schedule
  readonly #lane = {}

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  on(_event: 'message', listener: (word: never) => void): void {
    this.#listener = listener
    this.owner?.words.push(this.#lane)
  }

  postMessage(word: object): void {
    const { other } = this
    if (other?.owner?.isRunning === false) return
    if (other !== undefined)
      this.#schedule.post(
        other.#lane,
        () => other.#listener?.(word as never),
        () => other.#listener !== undefined && other.owner?.isStuck !== true,
      )
  }

  unref(): void {}

  close(): void {
    this.#listener = () => {}
  }
}

function itemsOf({ loads }: RunTask): number[] {
  return loads.flatMap(({ items }) => unpack(items) as number[])
}

function failed(message: string): Reply {
  return {
    kind: 'failed',
    at: 0,
    phase: 'item',
    error: { name: 'Error', message } as never,
    item: { kind: 'whole', carried: { value: undefined } },
  }
}

function done(items: readonly number[], hasMore: boolean, worker: number): DoneReply {
  return {
    kind: 'done',
    outputs: packOutputs([{ items, times: undefined }], 'thread'),
    counts: new Float64Array(),
    copied: 0,
    left: 0,
    hasMore,
    hasEnded: false,
    snapshot: undefined,
    failures: [],
    worker,
    begunAtMs: 0,
    busyMs: 1,
    waitedMs: 0,
    nodeMs: new Float64Array(),
    heapBytes: 0,
  }
}

/** A batch's items again, as a reply gave them. */
export function valuesOf({ outputs }: DoneReply): unknown[] {
  return unpackOutputs(outputs).flatMap(({ items, from, to }) => items.slice(from, to))
}

export function taskOf(activation: number, items: readonly number[]): RunTask {
  return {
    kind: 'run',
    version: PROTOCOL_VERSION,
    key: 'run region',
    region: undefined,
    activation,
    loads: [{ items: { kind: 'plain', items }, times: undefined, enterAt: -1 }],
    isCareful: false,
    poison: [],
    stateful: undefined,
  }
}

/** A team whose workers are paper. */
export class PaperTeam extends StealingTeam {
  readonly threads: PaperThread[]

  constructor(options: TeamOptions, schedule: Schedule, script: Script) {
    const threads: PaperThread[] = []
    const machine: TeamMachine = {
      startThread: (start) => {
        const thread = new PaperThread(threads.length + 1, schedule, script, start)
        threads.push(thread)
        return thread
      },
      makeChannel: () => {
        const [port1, port2] = [new PaperPort(schedule), new PaperPort(schedule)]
        port1.other = port2
        port2.other = port1
        return { port1, port2 }
      },
      after: (ms, then) => void schedule.after(ms, then),
    }
    super(options, machine)
    this.threads = threads
  }

  protected override get pressure(): MemoryPressure {
    return new MemoryPressure(
      () => 0,
      () => 0,
    )
  }
}
