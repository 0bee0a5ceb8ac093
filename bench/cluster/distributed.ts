// Hosts that are killed, stopped, exchanged, and whose server is killed.

import { Random } from 'millrace/testing'
import type { Figures, Prepare } from '../harness/contracts.ts'
import type { Process } from './processes.ts'
import { Server } from './server.ts'
import { DEATHS } from './steps.ts'
import { Reference, sumOf, Trial, type TrialFigures } from './trial.ts'

const ITEMS = 14_000
const RATE = 2000
const SEED = 1

/** What is done to a run, until it is over or `enough` is reached. */
interface Weather {
  readonly figures: () => Figures
  readonly isEnough: () => boolean
  readonly storm: (trial: Trial, server: Server, random: Random) => Promise<void>
}

/** A host is taken by a random kill only once it has had the time to die at its step. */
const GIVEN_MS = 8000
const KILL_EVERY_MS = 650

function kills(wanted: number): Weather {
  const steps = new Map<string, number>()
  let count = 0
  let callers = 0
  let next = 0
  return {
    figures: () => ({
      kills: count,
      callerKills: callers,
      steps: steps.size,
      stepKills: [...steps.values()].reduce((a, b) => a + b, 0),
    }),
    isEnough: () => count >= wanted && steps.size === DEATHS.length,
    storm: async (trial, { url }, random) => {
      const onDeath = (host: Process): void => {
        count++
        if (!host.isKilled && host.dieAt !== undefined) {
          const step = host.dieAt.replace(/:\d+$/, '')
          steps.set(step, (steps.get(step) ?? 0) + 1)
        }
        if (!trial.isOver) start(trial.isStormy && host.dieAt !== undefined)
      }
      const start = (isArmed: boolean): void => {
        const missing = DEATHS.filter((death) => !steps.has(death))
        // a task ends once: at a step that few hosts come to, the first is the one
        const dieAt = !isArmed
          ? undefined
          : missing.length > 0
            ? `${missing[next++ % missing.length]}:1`
            : `${random.pick(DEATHS)}:${1 + random.below(2)}`
        trial.startHost(url, { dieAt }, onDeath)
      }
      for (const isArmed of [true, true, true, false, false]) start(isArmed)
      while (trial.isStormy) {
        await trial.wait(KILL_EVERY_MS)
        if (random.below(8) === 0) {
          trial.caller.kill()
          count++
          callers++
          continue
        }
        const victims = [...trial.hosts].filter(
          ({ dieAt, ageMs, isKilled }) =>
            !isKilled && (dieAt === undefined ? ageMs > 1000 : ageMs > GIVEN_MS),
        )
        victims[random.below(victims.length)]?.kill()
      }
    },
  }
}

function zombies(wanted: number): Weather {
  let count = 0
  return {
    figures: () => ({ zombies: count }),
    isEnough: () => count >= wanted,
    storm: async (trial, { url }, random) => {
      for (let i = 0; i < 4; i++) trial.startHost(url)
      await trial.wait(2500)
      while (trial.isStormy) {
        const two = random.shuffle([...trial.hosts, trial.caller]).slice(0, 2)
        for (const one of two) one.stop()
        // longer than suspicion, and at times than any call's time-out
        await trial.wait(random.below(4) === 0 ? 6000 : 2000 + random.below(1500))
        for (const one of two) one.goOn()
        if (!trial.isOver) count += two.length
        await trial.wait(700 + random.below(800))
      }
    },
  }
}

function serverKills(wanted: number): Weather {
  let count = 0
  return {
    figures: () => ({ serverKills: count }),
    isEnough: () => count >= wanted,
    storm: async (trial, server, random) => {
      for (let i = 0; i < 3; i++) trial.startHost(server.url)
      await trial.wait(2500)
      while (trial.isStormy) {
        await server.kill()
        count++
        await trial.wait([50, 500, 2000, 4000][random.below(4)] as number)
        await server.start()
        await trial.wait(2000 + random.below(2000))
      }
    },
  }
}

function rescales(wanted: number): Weather {
  let count = 0
  return {
    figures: () => ({ rescales: count }),
    isEnough: () => count >= wanted,
    storm: async (trial, { url }, random) => {
      trial.startHost(url)
      await trial.wait(1500)
      while (trial.isStormy) {
        for (const hosts of [4, 2, 3, 1]) {
          while (trial.hosts.size < hosts) trial.startHost(url)
          for (const host of [...trial.hosts].slice(hosts)) host.leave()
          if (!trial.isStormy) return
          count++
          await trial.wait(1000 + random.below(1000))
        }
      }
    },
  }
}

const workloads: Readonly<Record<string, (wanted: number) => Weather>> = {
  kills,
  zombies,
  serverKills,
  rescales,
}
/** No workload goes on for longer, whatever it has seen. */
const MOST_RUNS = 12

export const prepare: Prepare = (workload, wanted) => ({
  measure: async () => {
    const begun = performance.now()
    const weather = workloads[workload]?.(wanted) as Weather
    const random = new Random(SEED)
    const reference = new Reference(ITEMS)
    const server = new Server()
    const runs: TrialFigures[] = []
    try {
      await server.start()
      while (!weather.isEnough() && runs.length < MOST_RUNS) {
        const run = `${workload}${runs.length}`
        const trial = new Trial({ reference, run, rate: RATE, caller: { url: server.url } })
        await weather.storm(trial, server, random)
        runs.push(await trial.end())
        process.stderr.write(`${run}: ${JSON.stringify({ ...weather.figures(), ...runs.at(-1) })}\n`)
      }
    } finally {
      await server.remove()
      reference.remove()
    }
    return { ...weather.figures(), ...sumOf(runs), runMs: performance.now() - begun }
  },
})
