// Hosts that are cut off from the server: each has a network of its own, and so have the server and the command.

import { Random } from 'millrace/testing'
import type { Prepare } from '../harness/contracts.ts'
import { CUTS, Network, type Place } from './network.ts'
import { Server } from './server.ts'
import { Reference, sumOf, Trial, type TrialFigures } from './trial.ts'

const ITEMS = 14_000
const RATE = 2000
const HOSTS = 4
const SEED = 2
const MOST_RUNS = 8
/** Shorter and longer than suspicion (1.5 s), a call's time-out (5 s), and the death of a silent connection (6 s). */
const CUT_MS = [400, 1200, 2500, 2500, 8000] as const

export const prepare: Prepare = (_workload, wanted) => ({
  measure: async () => {
    const begun = performance.now()
    const random = new Random(SEED)
    const reference = new Reference(ITEMS)
    const network = new Network()
    const runs: TrialFigures[] = []
    let partitions = 0
    try {
      const server = new Server(network.hub, '0.0.0.0')
      try {
        await server.start()
        const places = Array.from({ length: HOSTS + 1 }, () => network.place())
        const urlAt = ({ address }: Place): string => `nats://${address}:${server.port}`
        while (partitions < wanted && runs.length < MOST_RUNS) {
          const run = `partitions${runs.length}`
          const [atCaller, ...atHosts] = places as [Place, ...Place[]]
          const caller = { url: urlAt(atCaller), prefix: atCaller.prefix }
          const trial = new Trial({ reference, run, rate: RATE, caller })
          for (const place of atHosts) trial.startHost(urlAt(place), place)
          await trial.wait(3000)
          while (trial.isStormy) {
            const two = random.shuffle(places).slice(0, 2)
            for (const place of two) place.cut(random.pick(CUTS))
            await trial.wait(random.pick(CUT_MS))
            for (const place of two) place.heal()
            partitions += two.length
            await trial.wait(300 + random.below(1000))
          }
          runs.push(await trial.end())
          process.stderr.write(`${run}: ${JSON.stringify({ partitions, ...runs.at(-1) })}\n`)
        }
      } finally {
        await server.remove()
      }
    } finally {
      network.remove()
      reference.remove()
    }
    return { partitions, ...sumOf(runs), runMs: performance.now() - begun }
  },
})
