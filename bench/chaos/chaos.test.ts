// Goal: what the chaos suite counts is right at a small size: workers that are killed and items that kill their workers
// cost nothing, and the accounts would tell if they did.

import { run, type SchedulerOptions } from 'millrace'
import { fromIterable } from 'millrace/terms'
import { describe, expect, test } from 'vitest'
import { Checking, type Result, type Seen } from './checking.ts'
import killGraph, { isRight, KEYS } from './kill-graph.ts'
import { chaosRatios } from './ratios.ts'
import { under } from './strategy.ts'

const STEPS = 20
const ITEMS = 20_000
const SMALL = { everyMs: 40, mostKills: 3, steps: STEPS }

const strategies: readonly (readonly [string, SchedulerOptions])[] = [
  ['dedicated', { strategy: 'dedicated', fallback: 'share' }],
  ['hybrid', { strategy: 'hybrid', workers: 2 }],
  ['pool', { strategy: 'pool', workers: 2, stateful: 'workers' }],
  ['pool of processes', { strategy: 'pool', workers: 2, stateful: 'workers', isolation: 'process' }],
  ['work-stealing', { strategy: 'work-stealing', workers: 2, stateful: 'workers' }],
]

describe.each(strategies)('%s', (_name, scheduler) => {
  test('killed workers lose and double nothing', async () => {
    const { lost, doubled, kills } = await under({ scheduler, ...SMALL }).kills(ITEMS)
    expect([lost, doubled, kills > 0]).toEqual([0, 0, true])
  })

  test('a poison item becomes one dead letter, and the others come', async () => {
    const figures = await under({ scheduler }).poison(3000)
    expect(figures).toEqual({ lost: 0, doubled: 0, deadLetters: 1 })
  })
})

async function accountsOf(results: readonly Result[], items: number, without?: number): Promise<Seen> {
  const sink = new Checking({
    items,
    isRight: ({ count }) => count === 1,
    ...(without === undefined ? {} : { without }),
  })
  return (await run(fromIterable(results).pipe(sink)).done).result(sink)
}

test('the accounts tell what was lost, doubled and wrong', async () => {
  const at = (n: number, count = 1): Result => ({ n, count, sum: 0, mark: 0 })
  const tell = async (...args: Parameters<typeof accountsOf>) => {
    const { lost, doubled } = await accountsOf(...args)
    return [lost, doubled]
  }
  expect(await tell([at(0), at(1), at(2)], 3)).toEqual([0, 0])
  expect(await tell([at(0), at(2)], 3)).toEqual([1, 0])
  expect(await tell([at(0), at(1)], 4)).toEqual([2, 0])
  expect(await tell([], 4)).toEqual([4, 0])
  expect(await tell([at(0), at(1), at(1), at(2)], 3)).toEqual([0, 1])
  expect(await tell([at(0), at(1, 7), at(2)], 3)).toEqual([1, 0])
  expect(await tell([at(0), at(2)], 3, 1)).toEqual([0, 0])
  expect(await tell([at(1), at(2)], 3, 0)).toEqual([0, 0])
  expect(await tell([at(0), at(1)], 3, 2)).toEqual([0, 0])
  expect(await tell([at(0), at(1), at(2)], 3, 1)).toEqual([0, 1])
})

test('the state of every key is known, and one that is off by one is found', async () => {
  const items = 3 * KEYS
  const summary = await run(killGraph({ items, steps: STEPS })).done
  expect(summary.results['checking']).toMatchObject({ lost: 0, doubled: 0 })
  const right = { n: 2001, count: 3, sum: 1 + 1001 + 2001, mark: 0 }
  expect(isRight(right, STEPS)).toBe(true)
  expect(
    [
      { ...right, count: 2 },
      { ...right, sum: 0 },
    ].map((each) => isRight(each, STEPS)),
  ).toEqual([false, false])
})

test('figures of all strategies together: sums, and the worst number of dead letters', () => {
  const rowOf = (figures: Readonly<Record<string, number>>) => ({
    workload: 'w',
    contender: 'c',
    items: 1,
    rounds: 1,
    notes: [],
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, { median: value, min: value, max: value }]),
    ),
  })
  const rows = [
    { lost: 0, kills: 7 },
    { lost: 2, kills: 5 },
    { deadLetters: 1 },
    { deadLetters: 3 },
    { badInputs: 99 },
  ]
  expect(chaosRatios(rows.map(rowOf))).toEqual({ lost: 2, kills: 12, deadLetters: 3, badInputs: 99 })
})
