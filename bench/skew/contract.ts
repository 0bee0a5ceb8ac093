// What a contender of the skew suite must be able to do, and how that becomes the harness's `prepare`.
// Each workload is one where handing out equal numbers of items, or every item at once, goes wrong.

import type { Measurable, Prepare } from '../harness/contracts.ts'
import { jump } from '../shared/spin.ts'
import { trees } from './boards.ts'
import { costsOf, seeds } from './costs.ts'
import { totalOfAll } from './pages.ts'

/** Threads that may compute at the same time, in every contender that has threads. */
export const workers = 2

type Answer = number | Promise<number>

/** Each method makes a workload ready and returns its run; what a contender does not do is absent. */
export interface SkewContender {
  /** Sums where `spin` ends from 0, 1, 2, … with these costs. */
  readonly heavyTail?: (tail: Tail) => (costs: readonly number[], seed: number) => Answer
  /** Counts the full boards of this size. */
  readonly queens?: (size: number) => () => Answer
  /** Sums all pages after all stages. */
  readonly stages?: (pages: number) => () => Answer
  readonly close?: () => unknown
}

/** The data sets of a run: `costsOf` makes them, wherever they are needed. */
export interface Tail {
  readonly items: number
  readonly stepsPerUs: number
}

export function skew(make: () => SkewContender): Prepare {
  return (workload, items, settings): Measurable => {
    const contender = make()
    const close = contender.close === undefined ? {} : { close: contender.close }
    const { heavyTail, queens, stages } = contender
    if (workload === 'heavyTail' && heavyTail !== undefined) {
      const tail = { items, stepsPerUs: settings['stepsPerUs'] ?? Number.NaN }
      return { ...throughAllSets(heavyTail(tail), tail), ...close }
    }
    if (workload === 'queens' && queens !== undefined) {
      const { size, boards, solutions } = treeWith(items)
      return { items: boards, run: queens(size), check: equals(solutions), ...close }
    }
    if (workload === 'stages' && stages !== undefined) {
      return { items, run: stages(items), check: equals(totalOfAll(items)), ...close }
    }
    throw new Error(`no workload ${workload}`)
  }
}

function throughAllSets(
  run: (costs: readonly number[], seed: number) => Answer,
  { items, stepsPerUs }: Tail,
): Measurable {
  const sets = seeds.map((seed) => ({ seed, costs: costsOf(seed, items, stepsPerUs) }))
  const ends = sets.flatMap(({ costs }) => costs.map((steps, n) => jump(n, steps)))
  return {
    items: items * seeds.length,
    run: async () => {
      let sum = 0
      // one set after the other: what is left over of one cannot hide behind the next
      for (const { costs, seed } of sets) {
        const ofSet = await run(costs, seed)
        sum += ofSet
      }
      return sum
    },
    check: equals(ends.reduce((sum, end) => sum + end, 0)),
  }
}

/** The largest board whose tree has at most so many nodes. */
function treeWith(boards: number) {
  const tree = trees.findLast((of) => of.boards <= boards)
  if (tree === undefined) throw new Error(`no board has a tree of ${boards} nodes`)
  return tree
}

function equals(expected: number): (answer: unknown) => string | undefined {
  return (answer) => (answer === expected ? undefined : `expected ${expected}, got ${String(answer)}`)
}
