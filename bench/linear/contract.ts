// What a contender of the linear suite must be able to do, and how that becomes the harness's `prepare`.
// Every contender file calls `linear` once; the harness's child process calls what it returns.
// It never does anything for one contender that it does not do for all.

import type { Prepare } from '../harness/contracts.ts'
import { answers, type Shape } from './answers.ts'
import { cut, innerItems, numbersUpTo } from './functions.ts'
import { type OtherPipeline, referenceAnswer } from './other-pipeline.ts'
import { otherPipelines } from './pollution.ts'

export type Answer = number | Promise<number>

/** Each method composes its pipeline anew, runs it, and answers; what a library lacks is absent. */
export interface LinearContender {
  filterMapReduce(numbers: number[]): Answer
  scan(numbers: number[]): Answer
  flatMap(outer: number[]): Answer
  merge(parts: number[][]): Answer
  zip?(left: number[], right: number[]): Answer
  sixStages(numbers: number[]): Answer
  /** One of the thirty other pipelines, built with the library's own operators. */
  other(pipeline: OtherPipeline): Answer
}

const timesPerOtherPipeline = 3

export function linear(contender: LinearContender): Prepare {
  let polluted: Promise<void> | undefined

  return async (workload, items) => {
    const shape = workload.replace(/Polluted$/, '') as Shape
    if (shape === 'polluted' || shape !== workload) {
      // Once per process: several polluted workloads may share one.
      polluted ??= pollute(contender)
      await polluted
    }
    const expected = answers[shape](items)
    return {
      items,
      run: composeAndRun(contender, shape, items),
      check: (answer) => (answer === expected ? undefined : `expected ${expected}, got ${String(answer)}`),
    }
  }
}

function composeAndRun(contender: LinearContender, shape: Shape, items: number): () => Answer {
  const numbers = numbersUpTo(shape === 'flatMap' ? Math.floor(items / innerItems) : items)
  switch (shape) {
    case 'filterMapReduce':
      return () => contender.filterMapReduce(numbers)
    case 'scan':
      return () => contender.scan(numbers)
    case 'flatMap':
      return () => contender.flatMap(numbers)
    case 'merge': {
      const parts = cut(numbers, 4)
      return () => contender.merge(parts)
    }
    case 'zip': {
      const { zip } = contender
      const [left, right] = cut(numbers, 2)
      if (zip === undefined || left === undefined || right === undefined) throw new Error('no zip to measure')
      return () => zip(left, right)
    }
    case 'polluted':
      return () => contender.sixStages(numbers)
  }
}

async function pollute(contender: LinearContender): Promise<void> {
  for (const [index, pipeline] of otherPipelines.entries()) {
    const expected = referenceAnswer(pipeline)
    for (let time = 0; time < timesPerOtherPipeline; time++) {
      const answer = await contender.other(pipeline)
      if (answer !== expected) {
        throw new Error(
          `wrong answer of other pipeline ${index}: expected ${expected}, got ${String(answer)}`,
        )
      }
    }
  }
}
