// A process that does nothing: the memory and the threads that every Node process has. It has no figure of merit.

import type { Prepare } from '../harness/contracts.ts'

/** Long enough for its memory and threads to be sampled. */
const stayMs = 100

export const prepare: Prepare = () => ({
  measure: async () => {
    await new Promise((resolve) => setTimeout(resolve, stayMs))
    return {}
  },
})
