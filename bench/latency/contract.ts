// What the contenders of the latency suite share: a source that keeps to a timetable, 50 µs of work per item, and a
// record of how late each result reaches the sink. Lateness counts from when the item was due, so an item that had to
// wait behind others, or a source that was not let go on, counts in full.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'
import { jump, spin, stepsFor } from '../shared/spin.ts'

/** Items per second, by the name of the workload. At 10,000 the work is half of what one thread can do. */
export const ratesPerSecond: Readonly<Record<string, number>> = { '1k': 1_000, half: 10_000 }

/** Threads that may compute at the same time, where a contender has threads. */
export const workers = 2

const bodyUs = 50
/** From the start of a run to its first item. */
const leadMs = 10

/** An item with the time at which it should be there. */
export interface Due {
  readonly n: number
  readonly dueMs: number
}

/** What the work makes of an item. */
export interface Done {
  readonly end: number
  readonly dueMs: number
}

/** One run, as a contender gets it. */
export interface Timetable {
  readonly items: number
  readonly perSecond: number
  /** Steps of `spin` per item. */
  readonly steps: number
}

/** A contender, ready to run. */
export interface Ready {
  /** Runs a timetable from its first item to its last, and calls `sink` with each result. */
  readonly run: (timetable: Timetable, sink: (done: Done) => void) => Promise<unknown>
  readonly close?: () => unknown
}

/** The same clock in all threads of a process, in ms. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** The source: gives each item once it is due, several at once where timers are too coarse. */
export async function* paced({ items, perSecond }: Timetable): AsyncGenerator<Due> {
  const startMs = nowMs() + leadMs
  for (let n = 0; n < items; n++) {
    const dueMs = startMs + (n * 1_000) / perSecond
    const waitMs = dueMs - nowMs()
    if (waitMs > 0) await sleep(waitMs)
    yield { n, dueMs }
  }
}

/** The work. */
export function work({ n, dueMs }: Due, steps: number): Done {
  return { end: spin(n, steps), dueMs }
}

export function latency(make: () => Ready): Prepare {
  return (workload, itemsAtMost, settings): Measurable => {
    const perSecond = ratesPerSecond[workload]
    if (perSecond === undefined) throw new Error(`no workload ${workload}`)
    const steps = stepsFor(bodyUs, settings['stepsPerUs'])
    const { run, close } = make()
    const during = (ms: number): Timetable => ({
      items: Math.min(itemsAtMost, Math.ceil((ms * perSecond) / 1_000)),
      perSecond,
      steps,
    })
    return {
      measure: async ({ warmUpMs, measureMs }) => {
        await latencyOf(run, during(warmUpMs))
        return latencyOf(run, during(measureMs))
      },
      ...(close === undefined ? {} : { close }),
    }
  }
}

async function latencyOf(run: Ready['run'], timetable: Timetable): Promise<Figures> {
  const lateMs: number[] = []
  let sum = 0
  await run(timetable, ({ end, dueMs }) => {
    lateMs.push(nowMs() - dueMs)
    sum += end
  })
  let expected = 0
  for (let n = 0; n < timetable.items; n++) expected += jump(n, timetable.steps)
  if (sum !== expected) throw new Error(`wrong answer: expected ${expected}, got ${sum}`)
  return { ...percentiles(lateMs), measuredItems: lateMs.length }
}

/** Median, 99th percentile by nearest rank, and the latest. */
export function percentiles(lateMs: readonly number[]): { p50Ms: number; p99Ms: number; maxMs: number } {
  const sorted = [...lateMs].sort((a, b) => a - b)
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { p50Ms: rank(0.5), p99Ms: rank(0.99), maxMs: rank(1) }
}
