/** Goal: however many items pass, a bounded number is shown, and the rest are counted. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Tapped, TapSampler } from './tap-sampler.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('at most so many in half a second; then again', () => {
  const told: Tapped[] = []
  const sampler = new TapSampler(100, (tapped) => told.push(tapped))
  for (let n = 0; n < 1_000_000; n++) sampler.onItem(n)
  expect(told).toEqual([])
  vi.advanceTimersByTime(500)
  for (let n = 0; n < 3; n++) sampler.onItem({ n })
  sampler.flush()
  expect(told.map(({ items, skipped }) => [items.length, items[0]?.text, skipped])).toEqual([
    [100, '0', 999_900],
    [3, '{ n: 0 }', 0],
  ])
})

test('where nothing comes nothing is told, and no timer runs', () => {
  const sampler = new TapSampler(1, () => {
    throw new Error('told')
  })
  sampler.flush()
  expect(vi.getTimerCount()).toBe(0)
})

test('an item is text at once, and not more of it than can be read', () => {
  const told: Tapped[] = []
  const sampler = new TapSampler(2, (tapped) => told.push(tapped))
  const item = { word: 'before' }
  sampler.onItem(item)
  item.word = 'after'
  sampler.onItem('x'.repeat(1e6))
  sampler.flush()
  expect(told[0]?.items.map(({ text }) => text.slice(0, 20))).toEqual([
    "{ word: 'before' }",
    `'${'x'.repeat(19)}`,
  ])
  expect(told[0]?.items[1]?.text.length).toBeLessThan(2100)
})
