/** Goal: missing workers are asked for again in mid-run, and an adaptive crew follows its load. Time is virtual. */

import { afterEach, expect, test } from 'vitest'
import { governor } from '../governor/governor.ts'
import { MachineShare } from '../governor/machine-share.ts'
import { MemoryPressure } from '../governor/memory-pressure.ts'
import type { Answer } from './dispatcher.ts'
import { type CrewOptions, SharedCrew } from './shared-crew.ts'

let now = 0
let memoryShare = 0
let pressure: MemoryPressure
let share: MachineShare | undefined

/** Workers that exist by name only. */
class PaperCrew extends SharedCrew<object> {
  /** Threads that the machine refuses next. */
  refusals = 0
  /** Tasks under way, oldest first. */
  readonly tasks: (() => void)[] = []

  protected override now(): number {
    return now
  }
  protected override get pressure(): MemoryPressure {
    return pressure
  }
  protected override get share(): MachineShare | undefined {
    return share
  }
  protected override hire(): object | undefined {
    if (this.refusals === 0) return {}
    this.refusals--
    this.onRefused()
    return undefined
  }
  protected override dismiss(): void {}
  protected override findSpare(): object | undefined {
    return [...this.workers].at(-1)
  }
  override async prepare(): Promise<void> {}
  override async letGo(): Promise<undefined> {}
  override restartsOf(): number {
    return 0
  }
  protected override assign(): Promise<Answer | undefined> {
    return new Promise((resolve) => this.tasks.push(() => resolve(undefined)))
  }
  /** A task more. */
  begin(): void {
    void this.run(() => expect.fail('no task is made'), new AbortController().signal, undefined, undefined)
  }
  /** Ends the oldest task. */
  async finish(): Promise<void> {
    this.tasks.shift()?.()
    await new Promise(setImmediate)
  }
}

const crews: PaperCrew[] = []
function crewOf(options: Partial<CrewOptions>, refusals = 0): PaperCrew {
  now = 0
  memoryShare = 0
  pressure = new MemoryPressure(
    () => memoryShare,
    () => now,
  )
  const crew = new PaperCrew({
    ...{ workers: 2, minWorkers: 0, adaptive: false, sharesMachine: false, idleTimeoutMs: 1 },
    ...options,
  })
  crew.refusals = refusals
  crews.push(crew)
  crew.acquire()
  return crew
}

afterEach(() => {
  share = undefined
  for (const crew of crews.splice(0)) {
    crew.release()
    crew.close()
  }
  expect([governor().used, governor().health.missing]).toEqual([0, 0])
})

test('what the machine refused is asked for again a second later, within the run', () => {
  const crew = crewOf({}, 1)
  expect([crew.size, crew.errors.refused, governor().health.missing]).toEqual([0, 1, 2])
  now = 999
  crew.begin()
  expect(crew.size).toBe(0)
  now = 1000
  crew.refusals = 1
  crew.begin()
  expect([crew.size, crew.errors.refused]).toEqual([0, 2])
  now = 2000
  crew.begin()
  expect([crew.size, crew.errors, governor().health.missing]).toEqual([
    2,
    { denied: 0, refused: 2, lost: 0 },
    0,
  ])
})

test('what the budget denied is asked for again a second later, and by the next run at once', () => {
  const all = governor().lease(governor().budget)
  const crew = crewOf({})
  expect([crew.size, crew.errors.denied]).toEqual([0, 1])
  all.release(1)
  now = 999
  crew.begin()
  expect(crew.size).toBe(0)
  now = 1000
  crew.begin()
  expect([crew.size, crew.errors.denied]).toEqual([1, 2])
  all.release()
  crew.acquire()
  expect([crew.size, crew.errors]).toEqual([2, { denied: 2, refused: 0, lost: 0 }])
  crew.release()
})

test('a late task of a run that has left hires nobody', () => {
  const crew = crewOf({})
  crew.release()
  crew.close()
  crew.begin()
  expect([crew.size, governor().used]).toEqual([0, 0])
  crew.acquire() // for the clean-up
})

test('a loss counts once, however many batches were lost with it', () => {
  const crew = crewOf({})
  const reason = new Error('out of memory')
  crew.countLoss(reason)
  crew.countLoss(reason)
  crew.countLoss('just text')
  expect(crew.errors.lost).toBe(2)
})

test('an adaptive crew begins small, grows while tasks wait, and shrinks when they do not', async () => {
  const crew = crewOf({ workers: 3, adaptive: true })
  const sizes: number[] = []
  for (let i = 0; i < 8; i++) crew.begin()
  for (now = 100; now <= 400; now += 100) {
    crew.begin()
    await crew.finish()
    sizes.push(crew.size)
  }
  expect([sizes, crew.wanted]).toEqual([[2, 3, 3, 3], 3])
  while (crew.tasks.length > 0) await crew.finish()
  sizes.length = 0
  for (now = 1000; now <= 1200; now += 100) {
    crew.begin()
    await crew.finish()
    sizes.push(crew.size)
  }
  // the first look back still sees the tasks that waited
  expect([sizes, governor().health.missing]).toEqual([[3, 2, 1], 0])
})

test('an adaptive crew keeps to its lower bound', async () => {
  const crew = crewOf({ workers: 4, minWorkers: 3, adaptive: true })
  expect(crew.size).toBe(3)
  for (now = 100; now <= 500; now += 100) {
    crew.begin()
    await crew.finish()
  }
  expect(crew.size).toBe(3)
})

test('while memory runs short there are fewer workers, and none is missed; later they come back', () => {
  const crew = crewOf({ workers: 3, minWorkers: 2 })
  const sizeAfter = (looks: number): number => {
    for (; looks > 0; looks--) {
      now += 100
      crew.begin()
    }
    return crew.size
  }
  expect(sizeAfter(4)).toBe(3)
  memoryShare = 0.95
  expect([sizeAfter(4), sizeAfter(1), sizeAfter(9)]).toEqual([3, 2, 1])
  expect([crew.wanted, governor().health.missing]).toEqual([1, 0])
  memoryShare = 0.4
  expect(sizeAfter(20)).toBe(3)
})

test('beside other programs a crew has its share, and all again once they have gone; what works is not taken away', async () => {
  const board = { others: [] as { pid: number; threads: number }[], put: [] as unknown[] }
  share = new MachineShare({
    board: {
      put: (threads) => void board.put.push(threads),
      remove: () => void board.put.push('removed'),
      others: () => board.others,
    },
    pressure: { look: () => false },
    processors: 1,
    now: () => now,
  })
  const crew = crewOf({ workers: 4 })
  const look = (): void => {
    now += 1000
    crew.begin()
  }
  look()
  expect([crew.size, crew.machine]).toEqual([4, { share: 4, others: [] }])
  board.others = [{ pid: 7, threads: 4 }]
  look()
  expect([crew.size, crew.machine]).toEqual([2, { share: 2, others: [{ pid: 7, threads: 4 }] }])
  board.others = []
  look()
  expect(crew.size).toBe(4)
  while (crew.tasks.length > 0) await crew.finish()
  expect(board.put).toEqual([0, 4, 3, 2, 4])
})
