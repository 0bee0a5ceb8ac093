/** Goal: programs get the same share of the machine, one thread at least; who is alone has all. */

import { expect, test } from 'vitest'
import { CpuPressure, readCpu } from './cpu-pressure.ts'
import type { Program } from './machine-board.ts'
import { MachineShare } from './machine-share.ts'

function shareOn(processors: number) {
  const state = { now: 0, others: [] as Program[], isCrowded: false, looks: 0, put: [] as unknown[] }
  const share = new MachineShare({
    board: {
      put: (threads) => void state.put.push(threads),
      remove: () => void state.put.push('removed'),
      others: () => {
        state.looks++
        return state.others
      },
    },
    pressure: { look: () => state.isCrowded },
    processors,
    now: () => state.now,
  })
  /** So many others, seen at the next look. */
  const among = (others: number, isCrowded = false): void => {
    state.others = Array.from({ length: others }, (_, pid) => ({ pid, threads: 1 }))
    state.isCrowded = isCrowded
    state.now += 250
    share.look()
  }
  return { state, share, among }
}

test.each([
  [0, false, 32],
  [0, true, 32],
  [1, false, 8],
  [3, false, 4],
  [7, false, 2],
  [40, false, 1],
  [1, true, 4],
  [3, true, 2],
  [7, true, 1],
])(
  'of 32 workers on 4 processors, beside %i others (crowded: %o), there are to be %i',
  (others, isCrowded, threads) => {
    const { share, among } = shareOn(4)
    among(others, isCrowded)
    expect(share.limit(32)).toBe(threads)
    expect(share.limit(1)).toBe(1)
  },
)

test('it looks four times a second at most', () => {
  const { state, share } = shareOn(2)
  for (state.now = 0; state.now < 500; state.now++) share.look()
  expect(state.looks).toBe(2)
})

test('the board shows the workers of all crews in use, and nothing once none is', () => {
  const { state, share } = shareOn(2)
  const [one, other] = [{}, {}]
  share.put(one, 0)
  share.put(one, 2)
  share.put(one, 2)
  share.put(other, 1)
  share.remove(one)
  share.remove(one)
  share.remove(other)
  expect(state.put).toEqual([0, 2, 3, 1, 'removed'])
})

test('pressure has two marks', () => {
  const readings = [0.9, 1, 0.6, 0.5, 0.4, 0.9]
  const pressure = new CpuPressure(() => readings.shift() as number)
  expect(Array.from({ length: 6 }, () => pressure.look())).toEqual([false, true, true, true, false, false])
})

test('pressure is read from the kernel, and else from the load', () => {
  const text =
    'some avg10=25.00 avg60=9.00 avg300=1.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n'
  expect(readCpu(() => text)).toBe(0.5)
  const none = (): string => {
    throw new Error('ENOENT')
  }
  expect(readCpu(none, () => 0)).toBe(0)
  expect(
    readCpu(
      () => 'no figures',
      () => 1e6,
    ),
  ).toBeGreaterThan(100)
})
