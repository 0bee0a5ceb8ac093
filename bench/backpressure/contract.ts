// What the contenders of the backpressure suite share: a source of numbers that is as fast as it is asked, a light
// function, and a sink that is slow. How far the source is ahead of the sink is counted, whichever thread it runs in,
// and the memory of the process is looked at each time the sink pauses.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'
import { heapAtRestBytes } from '../shared/heap.ts'

/** Threads that may compute at the same time, where a contender can choose. */
export const workers = 2

/** Items that a queue may hold, where a contender can choose. */
export const capacityItems = 1_000

/** The sink pauses for 1 ms after so many items. */
const itemsPerPause = 1_000
const pauseMs = 1

/** What goes to whoever runs the source, also in another thread: where it counts what it has given. */
export interface SourceParams {
  readonly items: number
  readonly given: SharedArrayBuffer
}

/** One run, as a contender gets it. */
export interface Flow extends SourceParams {
  /** Consumes an item; a promise means that no other may come before it settles. */
  readonly sink: (item: number) => Promise<void> | undefined
}

/** A contender: sends all items through `addOne` to the sink. What it returns beside that are figures of its queues. */
export type Run = (flow: Flow) => Promise<Figures | undefined>

/** The source. */
export function* numbers({ items, given }: SourceParams): Iterable<number> {
  const count = new Int32Array(given)
  for (let n = 0; n < items; n++) {
    count[0] = n + 1
    yield n
  }
}

/** The light function between source and sink. */
export const addOne = (n: number): number => n + 1

export function backpressure(run: Run): Prepare {
  return (workload, items): Measurable => {
    if (workload !== 'slowSink') throw new Error(`no workload ${workload}`)
    return {
      measure: async () => {
        // what loading, compiling and the first garbage take is no growth
        await flowOf(run, Math.ceil(items / 10))
        heapAtRestBytes()
        return flowOf(run, items)
      },
    }
  }
}

async function flowOf(run: Run, items: number): Promise<Figures> {
  const given = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const count = new Int32Array(given)
  const rssAtStart = process.memoryUsage.rss()
  let consumed = 0
  let sum = 0
  let aheadItems = 0
  let peakRss = rssAtStart
  const sink = (item: number): Promise<void> | undefined => {
    sum += item
    aheadItems = Math.max(aheadItems, (count[0] ?? 0) - ++consumed)
    if (consumed % itemsPerPause !== 0) return undefined
    peakRss = Math.max(peakRss, process.memoryUsage.rss())
    return sleep(pauseMs)
  }
  const start = performance.now()
  const figures = await run({ items, given, sink })
  const runMs = performance.now() - start
  const expected = (items * (items + 1)) / 2
  if (sum !== expected) throw new Error(`wrong answer: expected ${expected}, got ${sum}`)
  return {
    rssGrowthMb: (peakRss - rssAtStart) / 2 ** 20,
    aheadItems,
    itemsPerSecond: (items / runMs) * 1_000,
    runMs,
    ...figures,
  }
}
