/**
 * `runSchedule`: one seeded schedule of the whole protocol, with faults, against the model's answer. Returns what is wrong,
 * or `undefined`. Called by the model test, by the mutations and by the benchmark.
 */

import { messageOf } from '@millrace/core'
import { MemoryLog } from '../memory/memory-log.ts'
import { MemorySubstrate } from '../memory/memory-substrate.ts'
import type { Commit } from '../port/records.ts'
import { Host } from '../protocol/host.ts'
import type { readCommitted } from '../protocol/read-committed.ts'
import { type ModelJob, ModelWork, modelAnswer, modelTasks, rowsOf } from './model-work.ts'
import { type Draw, type FaultRates, type SimulatedHost, Simulation } from './simulation.ts'

/** What is put in the place of a sound part, to see that its absence is found. */
export interface Mutation {
  readonly log?: () => MemoryLog
  readonly substrate?: (log: MemoryLog, host: SimulatedHost) => MemorySubstrate
  readonly read?: typeof readCommitted
}

/** What happened in a schedule. */
export interface ScheduleReport {
  /** What is wrong, if something is. */
  readonly violation: string | undefined
  readonly steps: number
  readonly kills: number
  readonly pauses: number
  readonly joins: number
  readonly leaves: number
  /** Claims of tasks that had an owner before. */
  readonly takeovers: number
}

const MOST_STEPS = 60_000
const CREDIT_BYTES = 12
/** Steps in which hosts that have ended come to rest. */
const REST_STEPS = 300
/** Largest chunk that the model writes. */
const LARGEST_CHUNK = 24

interface Running {
  readonly host: Host
  readonly machine: SimulatedHost
}

/** Runs one schedule to its end. */
export async function runSchedule(random: Draw, mutation: Mutation = {}): Promise<ScheduleReport> {
  const job: ModelJob = {
    items: 1 + random.below(14),
    keys: 1 + random.below(5),
    partitions: 1 + random.below(3),
  }
  return new Schedule(random, job, mutation).run()
}

class Schedule {
  readonly #random: Draw
  readonly #job: ModelJob
  readonly #mutation: Mutation
  readonly #log: MemoryLog
  readonly #world: Simulation
  readonly #running = new Set<Running>()
  /** Machines of hosts that ended by themselves. */
  readonly #ended = new Set<SimulatedHost>()
  #names = 0
  #violation: string | undefined
  readonly #counts = { kills: 0, pauses: 0, joins: 0, leaves: 0, takeovers: 0 }
  #isCompleted = false

  constructor(random: Draw, job: ModelJob, mutation: Mutation) {
    this.#random = random
    this.#job = job
    this.#mutation = mutation
    this.#log = watched(mutation.log?.() ?? new MemoryLog(), (commit) => this.#look(commit))
    const rate = (): number => [0, 0.02, 0.1][random.below(3)] as number
    const rates: FaultRates = { lost: rate(), unanswered: rate(), twice: rate() }
    this.#world = new Simulation(random, rates)
  }

  async run(): Promise<ScheduleReport> {
    const hosts = 1 + this.#random.below(3)
    for (let i = 0; i < hosts; i++) this.#join()
    let troubles = this.#random.below(9)
    while (!this.#isCompleted && this.#violation === undefined) {
      if (!(await this.#world.step()) && !this.#isCompleted) {
        // all hosts are paused or dead
        if (troubles === 0) this.#violation = 'stuck: nothing is left to do'
        troubles = 0
        this.#calm()
      }
      if (this.#world.steps > MOST_STEPS) this.#violation = `stuck: no end after ${MOST_STEPS} steps`
      if (troubles > 0 && this.#world.chance(0.01)) {
        troubles--
        this.#trouble()
        // in the end all is calm, so that it must come to an end
        if (troubles === 0) this.#calm()
      }
    }
    this.#violation ??= this.#compare() ?? (await this.#leftOpen())
    for (const { machine } of this.#running) machine.isDead = true
    return { violation: this.#violation, steps: this.#world.steps, ...this.#counts }
  }

  #join(): void {
    const { substrate, read } = this.#mutation
    const machine = this.#world.host()
    const log = this.#log
    const host = new Host({
      substrate: substrate?.(log, machine) ?? new MemorySubstrate(log, machine),
      clock: machine,
      owner: `h${++this.#names}`,
      labels: [],
      tasks: modelTasks(this.#job),
      makeWork: (task, state, around) =>
        new ModelWork(this.#job, task, state, around, () => machine.glance()),
      tellFailure: (error) => ({ term: 'model', code: 'FAILED', message: messageOf(error) }),
      commitMs: 100,
      creditBytes: CREDIT_BYTES,
      messageBytes: 5,
      beatMs: 100,
      suspectMs: 350,
      ...(read === undefined ? {} : { read }),
    })
    const running = { host, machine }
    this.#running.add(running)
    this.#counts.joins++
    host.run().then(
      (end) => {
        this.#running.delete(running)
        this.#ended.add(machine)
        if (end === 'completed') this.#isCompleted = true
      },
      (error: unknown) => {
        this.#violation ??= `a host failed: ${messageOf(error)}`
      },
    )
  }

  /** Something happens to a host. */
  #trouble(): void {
    const living = [...this.#running].filter(({ machine }) => !machine.isPaused)
    const one = living[this.#random.below(Math.max(1, living.length))]
    switch (this.#random.below(5)) {
      case 0:
        if (one === undefined) return
        one.machine.isDead = true
        this.#running.delete(one)
        this.#counts.kills++
        if (this.#running.size === 0 || this.#world.chance(0.7)) this.#join()
        return
      case 1:
        if (one === undefined) return
        one.machine.isPaused = true
        this.#counts.pauses++
        if (living.length === 1) this.#join()
        return
      case 2:
        for (const { machine } of this.#running) if (this.#world.chance(0.5)) machine.isPaused = false
        this.#join()
        return
      case 3:
        this.#log.command(this.#log.commanded() === 'run' ? 'pause' : 'run')
        return
      default:
        if (one === undefined || living.length === 1) return
        one.host.leave()
        this.#counts.leaves++
    }
  }

  #calm(): void {
    this.#world.rates = { lost: 0, unanswered: 0, twice: 0 }
    this.#log.command('run')
    for (const { machine } of this.#running) machine.isPaused = false
    this.#join()
  }

  /** A host that has ended holds nothing any more: its process would not end. */
  async #leftOpen(): Promise<string | undefined> {
    for (let i = 0; i < REST_STEPS; i++) if (!(await this.#world.step())) break
    const open = [...this.#ended].filter((machine) => this.#world.timersOf(machine) > 0)
    return open.length === 0 ? undefined : `${open.length} hosts have ended and left a timer open`
  }

  /** What must hold of every commit at the moment in which it counts. */
  #look(commit: Commit): void {
    if (commit.epoch > 1 && commit.inputs !== undefined) this.#counts.takeovers++
    for (const [edge, { bytes }] of Object.entries(commit.outputs)) {
      const reader = this.#log.tails().find((tail) => edge in tail.commit.inputs)
      const applied = reader?.commit.inputs[edge]
      const onTheWay = applied?.closed === true ? 0 : bytes - (applied?.bytes ?? 0)
      if (onTheWay > CREDIT_BYTES + LARGEST_CHUNK) {
        this.#violation ??= `edge ${edge} has ${onTheWay} bytes under way with a credit of ${CREDIT_BYTES}`
      }
    }
  }

  #compare(): string | undefined {
    const tail = this.#log.tail('sink')?.commit
    const pieces = this.#log.loadState('sink', tail?.state?.pieces ?? [])
    if (pieces.includes(undefined)) return 'the result is gone'
    const { rows, taken } = rowsOf(pieces as Uint8Array[])
    const expected = modelAnswer(this.#job)
    if (taken !== expected.length) return `${taken} items of ${expected.length} came`
    for (let key = 0; key < this.#job.keys; key++) {
      const found = JSON.stringify(rows.filter(([of]) => of === key))
      const wanted = JSON.stringify(expected.filter(([of]) => of === key))
      if (found !== wanted) return `key ${key}: ${found} in place of ${wanted}`
    }
    return undefined
  }
}

/** Tells of each commit when it is added. */
function watched(log: MemoryLog, onCommit: (commit: Commit) => void): MemoryLog {
  const append = log.append.bind(log)
  log.append = (commit, expected) => {
    const sequence = append(commit, expected)
    onCommit(commit)
    return sequence
  }
  return log
}
