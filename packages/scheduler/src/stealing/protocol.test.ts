/**
 * Goal: whatever the order in which parts, failed replies, steals, deaths and cancels come, every batch is answered, in
 * order, each to whoever asks; only workers that are hung in by an abandoned batch are ended; nothing is left behind.
 */

import { expect, test } from 'vitest'
import type { Answer, WorkerHandle } from '../remote/dispatcher.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import type { DoneReply, RunTask } from '../worker/protocol.ts'
import { type Act, outputsOf, PaperTeam, Schedule, type Script, taskOf, valuesOf } from './simulation.case.ts'

const SEEDS = 100 * Number(process.env['MILLRACE_DEEP'] ?? 1)
/** More than any schedule needs; what goes on for longer goes on for ever. */
const MOST_EVENTS = 20_000

type Outcome =
  | { readonly kind: 'given'; readonly values: readonly unknown[] }
  | { readonly kind: 'failed' | 'cancelled' | 'pending' }

/** A batch, and whoever waits for it, as `RegionStage` does. */
class Client {
  readonly abort = new AbortController()
  outcome: Outcome = { kind: 'pending' }
  readonly #schedule: Schedule
  readonly #team: PaperTeam
  readonly #task: RunTask
  readonly #slowness: number

  constructor(
    at: number,
    { batches, slowness }: Pick<World, 'batches' | 'slowness'>,
    team: PaperTeam,
    schedule: Schedule,
  ) {
    const items = batches[at] as readonly number[]
    this.#slowness = slowness
    this.#task = taskOf(at, items)
    this.#team = team
    this.#schedule = schedule
  }

  async run(): Promise<void> {
    await this.#schedule.pause(this)
    try {
      this.outcome = await this.#ask()
    } catch (error) {
      if (error !== 'cancelled') throw error
      this.outcome = { kind: 'cancelled' }
    }
  }

  async #ask(): Promise<Outcome> {
    for (;;) {
      const values: unknown[] = []
      try {
        let worker: WorkerHandle | undefined
        for (;;) {
          const { reply, worker: from } = await this.#send(worker)
          if (reply.kind === 'failed') return { kind: 'failed' }
          if (reply.kind !== 'done') break
          values.push(...valuesOf(reply as DoneReply))
          if (!reply.hasMore) return { kind: 'given', values }
          worker = from
          for (let i = 0; i < this.#slowness; i++) await this.#schedule.pause(this)
        }
      } catch (error) {
        if (!(error instanceof WorkerDeath)) throw error
      }
    }
  }

  async #send(worker: WorkerHandle | undefined): Promise<Answer> {
    const { key, activation } = this.#task
    const task = worker === undefined ? this.#task : ({ kind: 'continue', key, activation } as const)
    const answer = await this.#team.run(() => task, this.abort.signal, worker, undefined)
    return answer ?? expect.fail('there are workers')
  }

  /** Nobody asks any more; also while a part was given and the next one was not asked for. */
  cancel(): void {
    if (this.outcome.kind === 'pending') this.outcome = { kind: 'cancelled' }
    this.abort.abort('cancelled')
  }
}

interface World {
  readonly acts: Readonly<Record<number, Act>>
  readonly batches: readonly (readonly number[])[]
  /** Batches that are cancelled at some time. */
  readonly cancelled: readonly number[]
  readonly workers: number
  readonly kills: number
  /** How long a reader takes for what it was given, before it asks for more. */
  readonly slowness: number
}

async function play(seed: number, { acts, batches, cancelled, workers, kills, slowness }: World) {
  const schedule = new Schedule(seed)
  const { random } = schedule
  const script: Script = { actOf: (item) => acts[item] ?? 'gives', sizeOf: (item) => (item * 7) % 4 }
  const options = {
    ...{ workers, minWorkers: 0, adaptive: false, sharesMachine: false },
    ...{ idleTimeoutMs: 1000, heapLimitMb: undefined },
  }
  const team = new PaperTeam(options, schedule, script)
  team.acquire()
  const clients = batches.map((_, at) => new Client(at, { batches, slowness }, team, schedule))
  const failures: unknown[] = []
  for (const client of clients) client.run().catch((error: unknown) => failures.push(error))
  // moments, by the number of events before them
  const cancels = new Map(cancelled.map((at) => [at, random.below(120)]))
  const deaths = Array.from({ length: kills }, () => random.below(120))
  let killed = 0
  const meddle = (): void => {
    for (const [at, moment] of cancels) {
      if (schedule.events < moment) continue
      cancels.delete(at)
      clients[at]?.cancel()
    }
    while (killed < deaths.length && schedule.events >= (deaths[killed] as number)) {
      killed++
      const alive = team.threads.filter(({ isRunning }) => isRunning)
      alive[random.below(alive.length)]?.terminate()
    }
  }
  for (;;) {
    meddle()
    const hasHappened = await schedule.step()
    if (hasHappened && schedule.events < MOST_EVENTS) continue
    if (cancels.size === 0) break
    for (const at of cancels.keys()) cancels.set(at, 0) // nothing happens before that
  }
  const alive = team.threads.filter(({ isRunning }) => isRunning)
  const seen = {
    failures,
    outcomes: clients.map(({ outcome }) => outcome),
    ended: team.threads.length - alive.length,
    referenced: alive.filter(({ isReferenced }) => isReferenced).length,
    paused: alive.reduce((sum, { paused }) => sum + paused.size, 0),
    isOver: schedule.events < MOST_EVENTS,
  }
  team.release()
  team.close()
  return { seen, script }
}

/** Each seed makes a world of its own, in which up to four batches are run. */
function worldOf(
  seed: number,
  { kills = 0, loops = false, fails = true, cancels = true, most = 12, slowness = 1 },
): World {
  const { random } = new Schedule(seed)
  const batches = Array.from({ length: 1 + random.below(4) }, (_, at) =>
    Array.from({ length: 1 + random.below(most) }, (_, i) => at * 100 + i),
  )
  const cancelled = cancels ? [...batches.keys()].filter(() => random.below(3) === 0) : []
  const acts: Record<number, Act> = {}
  const pick = (at: number): number => random.pick(batches[at] as number[])
  batches.forEach((_, at) => {
    if (fails && random.below(3) === 0) acts[pick(at)] = 'fails'
  })
  for (const at of cancelled) if (random.below(2) === 0) acts[pick(at)] = loops ? 'loops' : 'hangs'
  return { acts, batches, cancelled, workers: 1 + random.below(3), kills: random.below(kills + 1), slowness }
}

/** What may become of each batch. */
function check(seed: number, world: World, { seen, script }: Awaited<ReturnType<typeof play>>): void {
  const { batches, cancelled, acts } = world
  const fails = (items: readonly number[]): boolean => items.some((item) => acts[item] === 'fails')
  const wrong = batches.flatMap((items, at) => {
    const outcome = seen.outcomes[at] as Outcome
    const expected = items.flatMap((item) => outputsOf(item, script))
    const isRight =
      (outcome.kind === 'cancelled' && cancelled.includes(at)) ||
      (outcome.kind === 'failed' && fails(items)) ||
      (outcome.kind === 'given' && !fails(items) && String(outcome.values) === String(expected))
    return isRight ? [] : [{ at, outcome }]
  })
  const { outcomes: _, ended, ...left } = seen
  expect({ wrong, ...left }, `seed ${seed}`).toEqual({
    ...{ wrong: [], failures: [], referenced: 0, paused: 0, isOver: true },
  })
  const mayEnd = Object.values(acts).filter((act) => act === 'loops').length + world.kills
  expect(ended, `seed ${seed}: workers ended`).toBeLessThanOrEqual(mayEnd)
}

test.each([
  ['that fail, wait and are cancelled', {}],
  ['of which one never gives its thread back', { loops: true }],
  ['whose workers die', { kills: 3 }],
  ['that are only run', { fails: false, cancels: false, kills: 1 }],
  ['that give much to slow readers', { fails: false, cancels: false, most: 60, slowness: 30 }],
])('batches %s', async (_, kinds) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = worldOf(seed, kinds)
    check(seed, world, await play(seed, world))
  }
})
