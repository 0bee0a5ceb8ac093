// Goal: a term that fails on too many of its items is told, once per level; a run that stops on failure stops for it.

import { expect, test } from 'vitest'
import type { FailureCounts, FailureRate } from '../failure.ts'
import { settled } from '../test/deadline.ts'
import { count, map, source } from '../test/terms.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { FailureWatch } from './failure-watch.ts'
import { run } from './run.ts'

function statsOf(failed: number, taken: number) {
  const counts = { error: failed - 1, timeout: 1, worker: 0, circuit: 0 } as FailureCounts
  const node = { id: 't', in: taken, out: 0, filtered: 0, stage: 0 }
  return { nodes: [node], failures: { byTerm: { t: counts } } as never }
}

test('levels change with the share, and only changes are told', () => {
  const watch = new FailureWatch({ warnShare: 0.05 })
  const looks: (readonly [failed: number, taken: number])[] = [
    [20, 99],
    [4, 100],
    [5, 100],
    [6, 100],
    [50, 100],
    [50, 800],
    [50, 8000],
  ]
  const told = looks.map(([failed, taken]) => watch.look(statsOf(failed, taken)).map(({ level }) => level))
  expect(told).toEqual([[], [], ['warn'], [], ['act'], ['warn'], ['ok']])
})

test.each([{ warnShare: -1 }, { actShare: 2 }, { warnShare: 0.2 }])('%j is refused', (failureRate) => {
  expect(() => run(count(1), { failureRate })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

const failsOn = (share: number) =>
  map((n: number) => {
    if (n % 100 < 100 * share) throw new Error('no')
    return n
  }).onFailure({ onError: 'skip' })

test('by default it is told, at the end at the latest', async () => {
  const r = run(count(1000).pipe(failsOn(0.2)))
  const rates: FailureRate[] = []
  r.on('failureRate', (rate) => rates.push(rate))
  expect((await settled(r)).outcome).toBe('completed')
  expect(rates).toEqual([{ term: 'map', level: 'act', share: 0.2, failed: 200, taken: 1000 }])
})

test('with onError stop the run stops', async () => {
  const clock = new VirtualClock()
  const ticking = source(async function* () {
    for (let n = 0; ; n++) {
      yield n
      await new Promise<void>((resolve) => void clock.after(1, resolve))
    }
  })
  const r = run(ticking.pipe(failsOn(0.2)), { onError: 'stop', clock })
  await clock.advance(600)
  const { outcome, error, items } = await settled(r)
  expect([outcome, (error as { code: string }).code]).toEqual(['failed', 'TOO_MANY_FAILURES'])
  expect(items.in).toBeLessThan(300)
})
