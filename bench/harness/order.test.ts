// Goal: every round visits everyone once, every second round runs backwards, and what a suite leaves out stays out.

import { expect, test } from 'vitest'
import type { Contender, Suite } from './contracts.ts'
import { inLanes, itemsFor, reversedEverySecond, turns } from './order.ts'

const window = { warmUpRuns: 1, warmUpMs: 1, measureMs: 1, leastRuns: 1 }
const items = { quick: 100, full: 1_000 }

const suite: Suite = {
  name: 'test',
  question: '',
  subject: 'a',
  figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
  window: { quick: window, full: window },
  rounds: { quick: 3, full: 5 },
  contenders: [contender('a'), contender('b'), contender('c')],
  workloads: [{ name: 'x', items }],
  targets: [],
}

test('ABC, then CBA, then ABC', () => {
  expect([0, 1, 2].map((round) => reversedEverySecond(['a', 'b', 'c'], round).join(''))).toEqual([
    'abc',
    'cba',
    'abc',
  ])
  expect(names(turns(suite, 'quick'))).toEqual([
    'a x',
    'b x',
    'c x',
    'c x',
    'b x',
    'a x',
    'a x',
    'b x',
    'c x',
  ])
})

test('a contender with fewer rounds takes part in the first ones', () => {
  const contenders = [contender('a'), { ...contender('b'), rounds: { quick: 1, full: 1 } }]
  expect(names(turns({ ...suite, contenders }, 'quick'))).toEqual(['a x', 'b x', 'a x', 'a x'])
})

test('workloads that name one process share it in quick mode and are alone in full mode', () => {
  const workloads = ['x', 'y'].map((name) => ({ name, items, process: 'shared' }))
  const contenders = [contender('a')]
  expect(names(turns({ ...suite, contenders, workloads }, 'quick', 2))).toEqual(['a x+y', 'a y+x'])
  expect(names(turns({ ...suite, contenders, workloads }, 'full', 1))).toEqual(['a x', 'a y'])
})

test('what is left out gets no turn', () => {
  const contenders = [contender('a'), { ...contender('b'), leftOut: { x: 'it cannot' } }]
  expect(names(turns({ ...suite, contenders }, 'quick', 1))).toEqual(['a x'])
})

test('a share of the items is a whole number of items', () => {
  const slow = { ...contender('a'), share: { quick: 0.333, full: 0.5 } }
  expect([
    itemsFor(slow, { name: 'x', items }, 'quick'),
    itemsFor(slow, { name: 'x', items }, 'full'),
  ]).toEqual([33, 500])
})

function contender(name: string): Contender {
  return { name, file: `${name}.ts`, backpressure: false }
}

function names(all: ReturnType<typeof turns>): string[] {
  return all.map((turn) => `${turn.contender.name} ${turn.tasks.map(({ workload }) => workload).join('+')}`)
}

test('lanes go side by side, before what is in none', () => {
  const workloads = ['x', 'y', 'z', 'w'].map((name) => ({ name, items }))
  const order = turns({ ...suite, workloads, contenders: [contender('a')] }, 'quick', 1)
  const named = (lanes?: readonly (readonly string[])[]) =>
    inLanes(order, lanes).map((side) =>
      side.map((lane) => lane.map(({ tasks }) => tasks[0]?.workload).join('')),
    )
  expect(named([['z', 'x'], ['w'], ['none']])).toEqual([['xz', 'w'], ['y']])
  expect(named()).toEqual([['x'], ['y'], ['z'], ['w']])
})
