// What a strategy's contender does in the chaos suite: it runs a graph whose workers are killed, or one of whose items
// kills its worker, and counts what became of the items. Types and the figures' arithmetic; nothing runs here.

import type { Prepare } from '../harness/contracts.ts'

/** What became of the items of one run. */
export interface Accounts {
  /** Results that never came, or came with a wrong state in them. */
  readonly lost: number
  /** Results that came again. */
  readonly doubled: number
}

export interface KillFigures extends Accounts {
  readonly kills: number
}

export interface PoisonFigures extends Accounts {
  readonly deadLetters: number
}

/** The part of a strategy's contender that differs between workloads. */
export interface Chaos {
  readonly kills: (items: number) => Promise<KillFigures>
  readonly poison: (items: number) => Promise<PoisonFigures>
}

/** Makes a contender of it: each workload is run once and brings its own figures. */
export function chaos(contender: Chaos): Prepare {
  return (workload, items) => ({
    measure: async () => {
      const start = performance.now()
      const figures = await contender[workload as keyof Chaos](items)
      return { ...figures, runMs: performance.now() - start }
    },
  })
}
