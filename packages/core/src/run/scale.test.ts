// Ten thousand terms, side by side or in a row, however they are nested, build, print and run without overflowing
// the stack.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { sequential } from '../compose/sequential.ts'
import { toDot, toJSON, toMermaid } from '../graph/export.ts'
import { merge } from '../term/merge-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, id, map, take } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { run } from './run.ts'

const MANY = 10_000
type Any = Term<any, any>
const increments = (): Any[] => Array.from({ length: MANY }, () => map((n: number) => n + 1))
const deep = (parts: readonly Any[]): Any => parts.reduce((whole, part) => whole.pipe(part))

async function last(term: Any): Promise<unknown> {
  const sink = new Collect()
  const whole = count(3).pipe(term, sink)
  expect(String(whole).length).toBeGreaterThan(MANY)
  const summary = await settled(run(whole as Term<never, never>))
  checkLedger(summary)
  return summary.result(sink)
}

test('in one pipe', async () => {
  expect(await last(sequential(...increments()))).toEqual([MANY, MANY + 1, MANY + 2])
})

test('in a deeply nested pipe', async () => {
  expect(await last(deep(increments()))).toEqual([MANY, MANY + 1, MANY + 2])
})

test('in a pipe nested to the right', async () => {
  expect(await last(increments().reduceRight((rest, part) => part.pipe(rest)))).toEqual([
    MANY,
    MANY + 1,
    MANY + 2,
  ])
})

test('in a row of stages of their own, ended early by the last', async () => {
  const apart = increments().map((term) => (term as ReturnType<typeof map>).edge({ capacityItems: 2 }))
  expect(await last(deep(apart).pipe(take(1)))).toEqual([MANY])
})

test('in one parallel, as a row of ten thousand columns', async () => {
  const rows = (await last(parallel(...increments()))) as number[][]
  expect(rows.map((row) => [row.length, row[0], row[MANY - 1]])).toEqual([
    [MANY, 1, 1],
    [MANY, 2, 2],
    [MANY, 3, 3],
  ])
})

test('in one parallel of named branches', async () => {
  const rows = (await last(
    parallel(Object.fromEntries(increments().map((term, i) => [`p${i}`, term]))),
  )) as object[]
  expect(rows.map((row) => Object.keys(row).length)).toEqual([MANY, MANY, MANY])
})

test('in a deeply nested parallel, merged', async () => {
  const nested = increments().reduce((whole, part) => parallel(whole, part))
  const items = (await last(nested.pipe(merge()))) as number[]
  expect(items).toHaveLength(3 * MANY)
})

test('pictures of it, too', () => {
  const term = deep([id(), ...increments().slice(1)])
  expect(toJSON(term).edges).toHaveLength(MANY - 1)
  expect(toMermaid(term).split('\n')).toHaveLength(2 * MANY + 1)
  expect(toDot(term).split('\n')).toHaveLength(2 * MANY + 4)
})
