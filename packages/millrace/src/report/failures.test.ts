/** Goal: a line says what was set aside, where, and what to do about it. */
import type { FailureCounts, Failures } from '@millrace/core'
import { expect, test } from 'vitest'
import { lineOfLetters, lineOfRate } from './failures.ts'

const counts = (deadLettered: number): FailureCounts => ({
  ...{ error: 9, timeout: 0, worker: 0, circuit: 0, retries: 0, fallbacks: 0 },
  deadLettered,
})

function failures(byTerm: Record<string, number>): Failures {
  const total = Object.values(byTerm).reduce((sum, count) => sum + count, 0)
  const terms = Object.entries(byTerm).map(([id, count]) => [id, counts(count)] as const)
  return { total, ...counts(total), byTerm: Object.fromEntries(terms) }
}

test('the terms with most of them come first', () => {
  expect(lineOfLetters(failures({ a: 0, b: 1 }), undefined)).toBe(
    '1 item was set aside (b 1); --dead-letters FILE keeps them',
  )
  const many = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }
  expect(lineOfLetters(failures(many), 'x.ndjson')).toBe(
    '28 items were set aside (g 7, f 6, e 5, d 4, c 3, 2 terms more); see x.ndjson',
  )
})

test('a rate', () => {
  const rate = { term: 'parse', level: 'warn', share: 0.0123, failed: 123, taken: 10_000 } as const
  expect(lineOfRate(rate)).toBe('"parse" fails on 1.2 % of its items (123 of 10000)')
  expect(lineOfRate({ ...rate, level: 'ok' })).toContain('"parse" now fails on')
})
