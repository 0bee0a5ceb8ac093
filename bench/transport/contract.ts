// What the contenders of the transport suite share: records that lie ready, what a worker does to each, and the answer.
// Every contender sends all records to one worker, has it raise each by one, and adds up what comes back.

import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'

/** A record of numbers; those of the workload `records` have a name as well. */
export interface Item {
  readonly id: number
  readonly value: number
  readonly name?: string
}

export type Kind = 'records' | 'numeric'

/** One workload, as a contender gets it. */
export interface Load {
  readonly kind: Kind
  readonly items: readonly Item[]
}

/** A contender, ready for one workload. */
export interface Ready {
  /** Sends everything and answers with the sum of the values that came back. */
  readonly run: () => Promise<number> | number
  readonly figures?: () => Figures
  readonly close?: () => unknown
}

/** What the worker does: it makes a new record, since what is sent is never changed. */
export const raise: Readonly<Record<Kind, (item: Item) => Item>> = {
  records: ({ id, value, name = '' }) => ({ id, value: value + 1, name }),
  numeric: ({ id, value }) => ({ id, value: value + 1 }),
}

/** Batches under way at most, for those that send batches by hand: the worker always has the next one. */
export const batchesUnderWay = 4

/** Batch sizes worth trying. */
export const batchSizes = [64, 256, 1_024, 4_096] as const

const kept = new Map<string, readonly Item[]>()

/** The records of a workload: the same array each time, so that making them is in no measurement. */
export function itemsOf(kind: Kind, count: number): readonly Item[] {
  const key = `${kind} ${count}`
  const items =
    kept.get(key) ??
    Array.from({ length: count }, (_, id) =>
      kind === 'records' ? { id, value: id / 2, name: `name ${id % 1_000}` } : { id, value: id / 2 },
    )
  kept.set(key, items)
  return items
}

export function transport(make: (load: Load) => Ready | Promise<Ready>): Prepare {
  return async (workload, count): Promise<Measurable> => {
    if (workload !== 'records' && workload !== 'numeric') throw new Error(`no workload ${workload}`)
    const expected = (count * (count - 1)) / 4 + count
    return {
      ...(await make({ kind: workload, items: itemsOf(workload, count) })),
      items: count,
      check: (answer) => (answer === expected ? undefined : `expected ${expected}, got ${String(answer)}`),
    }
  }
}
