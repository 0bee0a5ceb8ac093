/** Goal: no more threads are granted than there are, and the counts say how well off the process is. */

import { expect, test } from 'vitest'
import { Governor } from './governor.ts'

test('leases never exceed the budget, and come back', () => {
  const governor = Governor.over(3)
  const [one, other] = [governor.lease(2), governor.lease(2)]
  expect([one.threads, other.threads, governor.lease(1).threads]).toEqual([2, 1, 0])
  one.release(1)
  one.release()
  one.release()
  expect([governor.used, governor.peak]).toEqual([1, 3])
  other.release()
  expect(governor.used).toBe(0)
})

test('health is counted by cause', () => {
  const governor = Governor.over(4)
  const { health } = governor
  expect(health).toEqual({ level: 'green', missing: 0, denied: 0, refused: 0, lost: 0 })
  const lease = governor.lease(4)
  governor.lease(1)
  governor.countMissing(1)
  expect(governor.health).toEqual({ level: 'yellow', missing: 1, denied: 1, refused: 0, lost: 0 })
  lease.release()
  expect(governor.health.level).toBe('red')
  governor.countMissing(-1)
  for (let i = 0; i < 300; i++) governor.countActivation()
  governor.countError('refused')
  for (let i = 0; i < 3; i++) governor.countError('lost')
  expect([governor.health, governor.errors]).toEqual([
    { level: 'yellow', missing: 0, denied: 1, refused: 1, lost: 3 },
    4,
  ])
})

test('whoever has the cells sees the same counts', () => {
  const governor = Governor.over(4)
  const inWorker = new Governor(governor.shared)
  inWorker.lease(3)
  inWorker.countError('lost')
  expect([governor.used, governor.health]).toEqual([3, inWorker.health])
})
