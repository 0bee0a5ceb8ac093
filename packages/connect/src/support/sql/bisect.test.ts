// Goal: however many rows are refused, savepoints do not pile up, and the others are written.

import { expect, test } from 'vitest'
import { bisect } from './bisect.ts'
import type { SqlConnection, SqlDialect } from './dialect.ts'

test('savepoints are released, also where rows are refused', async () => {
  let depth = 0
  let deepest = 0
  const connection = {
    query: async (sql: string) => {
      if (sql.startsWith('savepoint')) depth++
      if (sql.startsWith('release')) depth--
      deepest = Math.max(deepest, depth)
    },
  } as unknown as SqlConnection
  const dialect = { verdictOn: () => 'row' } as unknown as SqlDialect
  const refused: number[] = []
  const written: number[] = []
  await bisect(dialect, connection, {
    from: 0,
    to: 100,
    write: async (from, to) => {
      for (let at = from; at < to; at++) if (at % 2 === 0) throw new Error('refused')
      for (let at = from; at < to; at++) written.push(at)
    },
    refuse: async (at) => void refused.push(at),
  })
  expect([depth, deepest]).toEqual([0, 1])
  expect(refused).toEqual(Array.from({ length: 50 }, (_, n) => 2 * n))
  expect(written).toEqual(Array.from({ length: 50 }, (_, n) => 2 * n + 1))
})
