// The hand-written loop: what the machine can do when there is no library. One loop per workload, as a person
// would write it; `flatMap` needs no array between its two loops.

import { type Answer, linear } from './contract.ts'
import {
  addFive,
  addOne,
  addPair,
  even,
  innerItems,
  lowBits,
  notBySeven,
  odd,
  sum,
  total,
  triple,
} from './functions.ts'
import type { OtherPipeline, Step } from './other-pipeline.ts'

export const prepare = linear({
  filterMapReduce(numbers) {
    let answer = 0
    for (let i = 0; i < numbers.length; i++) {
      const x = numbers[i] as number
      if (even(x)) answer = sum(answer, addOne(x))
    }
    return answer
  },

  scan(numbers) {
    let running = 0
    let answer = 0
    for (const x of numbers) {
      running = sum(running, x)
      answer = sum(answer, running)
    }
    return answer
  },

  flatMap(outer) {
    let answer = 0
    for (const x of outer) for (let y = 0; y < innerItems; y++) answer = sum(answer, x * y)
    return answer
  },

  merge(parts) {
    let answer = 0
    for (const part of parts) for (const x of part) answer = sum(answer, x)
    return answer
  },

  zip(left, right) {
    let answer = 0
    for (let i = 0; i < left.length; i++) answer = sum(answer, addPair(left[i] ?? 0, right[i] ?? 0))
    return answer
  },

  sixStages(numbers) {
    let answer = 0
    for (const x of numbers) {
      const tripled = triple(x)
      if (!notBySeven(tripled)) continue
      const shifted = addFive(tripled)
      if (odd(shifted)) answer = total(answer, lowBits(shifted))
    }
    return answer
  },

  other: otherLoop,
})

// A program's other loops are other code: they cannot pollute the loops above, and this one does not either.
function otherLoop({ items, steps, fold }: OtherPipeline): Answer {
  const states = steps.map((step) => (step.kind === 'scan' ? step.seed : undefined))
  let answer = 0
  for (const item of items) answer = push(item, 0, answer)
  return answer

  function push(value: unknown, at: number, soFar: number): number {
    const step: Step | undefined = steps[at]
    if (step === undefined) return fold(soFar, value)
    if (step.kind === 'map') return push(step.f(value), at + 1, soFar)
    if (step.kind === 'filter') return step.f(value) ? push(value, at + 1, soFar) : soFar
    if (step.kind === 'flatMap') return step.f(value).reduce<number>((s, x) => push(x, at + 1, s), soFar)
    states[at] = step.f(states[at], value)
    return push(states[at], at + 1, soFar)
  }
}
