/** Goal: who takes a worker down twice at the same place is to blame, bystanders are not, and attempts are bounded. */

import { expect, test } from 'vitest'
import type { NotedCall } from '../worker/beacon.ts'
import { Casualties } from './casualties.ts'
import { WorkerDeath } from './worker-death.ts'

const cause = new Error('gone')
const at = (ordinal: number, step = 0): NotedCall => ({
  node: 1,
  ordinal,
  step,
  isAwaited: false,
  ageMs: 9,
  limitMs: undefined,
})
const death = (call?: NotedCall, details: { timeoutMs?: number; isExact?: boolean } = {}): WorkerDeath => {
  const { timeoutMs, isExact = true } = details
  return new WorkerDeath(cause, { notes: { batch: 3, call, isExact }, timeoutMs })
}
const places = ({ poison }: Casualties) => poison.map(({ kind, ordinal, step }) => [kind, ordinal, step])

test('a call in which two workers died in a row is not made again', () => {
  const casualties = new Casualties()
  expect(casualties.isCareful).toBe(false)
  expect([death(), death(at(40)), death(at(40))].map((each) => casualties.add(each))).toEqual([
    true,
    true,
    true,
  ])
  expect(casualties.isCareful).toBe(true)
  expect(places(casualties)).toEqual([['worker', 40, 0]])
  expect(casualties.poison[0]).toMatchObject({ node: 1, error: { message: 'gone' } })
})

test('a call that is known already is not found guilty once more', () => {
  const casualties = new Casualties()
  for (const call of [at(40), at(40), at(40), at(40)]) expect(casualties.add(death(call))).toBe(true)
  expect(places(casualties)).toEqual([['worker', 40, 0]])
})

test('a worker that was ended by chance accuses nobody', () => {
  const casualties = new Casualties()
  for (const call of [at(1), at(5), at(5, 1), at(6)]) expect(casualties.add(death(call))).toBe(true)
  expect(casualties.poison).toEqual([])
})

test('several calls of a batch are found one after the other', () => {
  const casualties = new Casualties()
  for (let ordinal = 0; ordinal < 50; ordinal++) {
    for (let times = 0; times < 2; times++) expect(casualties.add(death(at(ordinal)))).toBe(true)
  }
  expect(casualties.poison).toHaveLength(50)
})

test('a call beyond its limit is guilty at once, unless its place is not known', () => {
  const casualties = new Casualties()
  casualties.add(death(at(8), { timeoutMs: 20, isExact: false }))
  expect([casualties.isCareful, places(casualties)]).toEqual([true, []])
  casualties.add(death(at(9), { timeoutMs: 20 }))
  expect(casualties.poison).toEqual([{ node: 1, ordinal: 9, step: 0, kind: 'timeout', timeoutMs: 20 }])
})

test('a batch that takes five workers down outside of any call ends the run, one whose calls never agree at sixteen', () => {
  const silent = new Casualties()
  const tries = Array.from({ length: 5 }, () => silent.add(death()))
  expect(tries).toEqual([true, true, true, true, false])
  const erratic = new Casualties()
  const outcomes = Array.from({ length: 16 }, (_, ordinal) => erratic.add(death(at(ordinal))))
  expect(outcomes.indexOf(false)).toBe(15)
})

test('a batch that was only lost with another one is as it was', () => {
  const casualties = new Casualties()
  for (let times = 0; times < 100; times++) {
    expect(casualties.add(new WorkerDeath(cause, { isBystander: true }))).toBe(true)
  }
  expect(casualties.isCareful).toBe(false)
})
