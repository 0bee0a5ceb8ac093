/** Goal: the greeting is printed once, and the run accounts for its one item. */
import { afterEach, expect, test, vi } from 'vitest'
import hello, { main } from './01-hello.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('prints the greeting', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { outcome, items } = await main()
  expect(log.mock.calls).toEqual([[{ text: 'Hello World!' }]])
  expect([outcome, items.in, items.out, items.discarded]).toEqual(['completed', 1, 1, 0])
})

test('is drawn as its head says', () => {
  expect(String(hello())).toBe('(Term(Hello); Term(World); Term(print))')
})
