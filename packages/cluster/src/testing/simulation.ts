/**
 * `Simulation`: hosts, their network and their time, all under one seed. Every call to the log takes two steps, to the
 * server and back; which of all steps comes next is drawn. So a host pauses at every await, and answers change places.
 *
 * Nothing happens by itself: time moves only when a timer is drawn. A host can be killed, or stopped and continued.
 */

import type { Clock } from '@millrace/core'
import { OutcomeUnknownError } from '../errors.ts'
import type { Weather } from '../memory/memory-substrate.ts'

/** Of a call, each from 0 to 1. */
export interface FaultRates {
  /** It is not done, or later, and there is no answer. */
  readonly lost: number
  /** It is done and the answer is lost. */
  readonly unanswered: number
  /** It is done once more, later. */
  readonly twice: number
}

/** Draws numbers; core's `Random` is one. */
export interface Draw {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
}

interface Step {
  /** Whose; `undefined` for what happens at the server. */
  readonly host: SimulatedHost | undefined
  run(): void
}

interface Timer extends Step {
  readonly at: number
}

const FINE = 10_000
/** Steps between two turns of the event loop. */
const BREATH_STEPS = 1000

/** A world of hosts. */
export class Simulation {
  readonly random: Draw
  #now = 0
  readonly #steps: Step[] = []
  readonly #timers = new Set<Timer>()
  /** Steps done so far. */
  steps = 0
  rates: FaultRates

  constructor(random: Draw, rates: FaultRates) {
    this.random = random
    this.rates = rates
  }

  /** A new host. */
  host(): SimulatedHost {
    return new SimulatedHost(this)
  }

  /** Whether something with this probability happens. */
  chance(probability: number): boolean {
    return probability > 0 && this.random.below(FINE) < probability * FINE
  }

  get now(): number {
    return this.#now
  }

  /** Adds a step; of a host that is dead by then it is left out. */
  add(host: SimulatedHost | undefined, run: () => void): void {
    this.#steps.push({ host, run })
  }

  /** Calls `run` once after `delayMs`. Returns how to cancel. */
  after(host: SimulatedHost, delayMs: number, run: () => void): () => void {
    const timer = { host, run, at: this.#now + Math.max(0, delayMs) }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Timers that a host has set and that still run. */
  timersOf(host: SimulatedHost): number {
    return [...this.#timers].filter((timer) => timer.host === host).length
  }

  /** Does one step, or lets time pass to the next timer. Returns whether there was something to do. */
  async step(): Promise<boolean> {
    // all that the step before has set off comes to rest: ticks have their turn when no promise is left to settle
    await new Promise<void>((resolve) => {
      if (++this.steps % BREATH_STEPS === 0) setImmediate(resolve)
      else process.nextTick(resolve)
    })
    const open = this.#openStep()
    // now and then time passes although calls are under way: they take long
    const timer = open === -1 || this.chance(0.02) ? this.#nextTimer() : undefined
    if (timer !== undefined) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.run()
      return true
    }
    if (open === -1) return false
    const [step] = this.#steps.splice(open, 1)
    step?.run()
    return true
  }

  #openStep(): number {
    for (let i = this.#steps.length - 1; i >= 0; i--)
      if (this.#steps[i]?.host?.isDead === true) this.#steps.splice(i, 1)
    const count = this.#steps.length
    if (count === 0) return -1
    const first = this.random.below(count)
    for (let i = 0; i < count; i++) {
      const at = (first + i) % count
      if (this.#steps[at]?.host?.isPaused !== true) return at
    }
    return -1
  }

  #nextTimer(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.host?.isDead === true) this.#timers.delete(timer)
      else if (timer.host?.isPaused !== true && (next === undefined || timer.at < next.at)) next = timer
    }
    return next
  }
}

/** A host of a simulation: its clock, and its way to the log. */
export class SimulatedHost implements Clock, Weather {
  readonly #world: Simulation
  isDead = false
  isPaused = false

  constructor(world: Simulation) {
    this.#world = world
  }

  now(): number {
    return this.#world.now
  }

  monotonic(): number {
    return this.#world.now
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#world.after(this, delayMs, callback)
  }

  /** Resolves when it is this host's turn. */
  glance(): Promise<void> {
    return new Promise((resolve) => {
      this.#world.add(this, resolve)
    })
  }

  pass<Result>(what: string, step: () => Result): Promise<Result> {
    const world = this.#world
    const { lost, unanswered, twice } = world.rates
    if (this.isDead) return new Promise(() => {})
    return new Promise((resolve, reject) => {
      const unknown = (): void => reject(new OutcomeUnknownError(what))
      const again = (): void => {
        world.add(undefined, () => {
          try {
            step()
          } catch {
            // the first answer counts
          }
        })
      }
      // a request on its way arrives, whatever becomes of its host
      world.add(undefined, () => {
        if (world.chance(lost)) {
          if (world.chance(0.5)) again()
          world.add(this, unknown)
          return
        }
        let answer: () => void
        try {
          const result = step()
          answer = () => resolve(result)
        } catch (error) {
          answer = () => reject(error)
        }
        if (world.chance(twice)) again()
        world.add(this, world.chance(unanswered) ? unknown : answer)
      })
    })
  }
}
