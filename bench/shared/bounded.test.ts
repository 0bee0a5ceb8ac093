// Goal: every task is called once, never more than the bound at a time, and the sum is that of all answers.

import { expect, test } from 'vitest'
import { sumOfCalls } from './bounded.ts'

test('calls each index once and adds up the answers', async () => {
  const called: number[] = []
  let underWay = 0
  let most = 0
  const sum = await sumOfCalls(1_000, async (index) => {
    called.push(index)
    most = Math.max(most, ++underWay)
    await Promise.resolve()
    underWay--
    return index
  })
  expect(called).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  expect(sum).toBe(499_500)
  expect(most).toBe(64)
})

test('no tasks, no calls', async () => {
  expect(await sumOfCalls(0, () => Promise.reject(new Error('called')))).toBe(0)
})
