// A worker per term, started by the run and ended with it, as a graph's threads are where each term has one.

import { scaling } from './contract.ts'
import { endWorkers, startWorkers, throughWorkers } from './term-workers.ts'

export const prepare = scaling((fan) => ({
  run: async () => {
    const workers = startWorkers(fan)
    try {
      return await throughWorkers(workers, fan.items)
    } finally {
      await endWorkers(workers)
    }
  },
}))
