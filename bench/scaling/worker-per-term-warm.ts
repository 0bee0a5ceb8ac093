// A worker per term that was started beforehand and stays for all runs: what is left is the traffic.

import { scaling } from './contract.ts'
import { endWorkers, startWorkers, throughWorkers } from './term-workers.ts'

export const prepare = scaling((fan) => {
  const workers = startWorkers(fan)
  return {
    run: () => throughWorkers(workers, fan.items),
    close: () => endWorkers(workers),
  }
})
