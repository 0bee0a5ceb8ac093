// Goal: items fed to a term enter there and nowhere else, as if they had come down to it; nothing else runs.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { run } from '../run/run.ts'
import { kernelTerm } from '../term/leaf.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, fold, map } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'

const named = (name: string, f: (n: number) => number) => map(f).named(name)
const merge = () => kernelTerm<number, number>('merge', { kind: 'merge', tagged: false })

test('the terms in front do not run, those behind do', async () => {
  const calls: string[] = []
  const log = (name: string) =>
    named(name, (n) => {
      calls.push(`${name} ${n}`)
      return n + 1
    })
  const [sink, other] = [new Collect<number>(), new Collect<number>()]
  const first = log('first')
  const term = parallel(
    count(3).pipe(first, log('second'), sink),
    first.pipe(
      fold((sum: number, n: number) => sum + n, 0),
      other,
    ),
  ) as unknown as Term<never, never>
  const summary = await settled(run(term, { replay: { second: [10, 20] } }))
  checkLedger(summary)
  expect(calls).toEqual(['second 10', 'second 20'])
  expect(summary.result(sink)).toEqual([11, 21])
  expect(summary.nodes.map(({ id }) => id)).toEqual(['replay(second)', 'second', 'Collect'])
  expect(() => summary.result(other)).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }))
})

test('a term that another replayed one leads to gets both; async items, too', async () => {
  const sink = new Collect<number>()
  const term = count(3).pipe(
    named('a', (n) => n + 1),
    named('b', (n) => 10 * n),
    sink,
  )
  async function* later() {
    yield 7
  }
  const summary = await settled(run(term, { replay: { a: [1, 2], b: later() } }))
  checkLedger(summary)
  expect(summary.result(sink).sort()).toEqual([20, 30, 70])
})

test('rows come as rows; behind, a merge goes on, and a join gets nothing from elsewhere', async () => {
  const [sums, merged, joined] = [new Collect(), new Collect(), new Collect()]
  const numbers = count(3)
  const left = named('left', (n) => n)
  const sum = kernelTerm<{ x: number; y: number }, number>('sum', {
    kind: 'map',
    f: ({ x, y }: { x: number; y: number }) => x + y,
  })
  const rows = parallel({ x: numbers.pipe(left), y: numbers }).pipe(sum)
  const term = parallel(
    rows.pipe(sums),
    parallel(sum as never, numbers).pipe(merge() as never, merged as never),
    parallel({ s: sum as never, n: numbers as never }).pipe(joined as never),
  ) as unknown as Term<never, never>
  const whole = await settled(run(term))
  expect(whole.result(sums)).toEqual([0, 2, 4])
  const summary = await settled(run(term, { replay: { sum: [{ x: 1, y: 5 }] } }))
  checkLedger(summary)
  expect([summary.result(sums), summary.result(merged), summary.result(joined)]).toEqual([[6], [6], []])
  expect(summary.items.unmatched).toBe(1)
})

test('nothing to replay is refused', () => {
  expect(() => run(count(1), { replay: {} })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

test.each(['nothing', 'items'])('items for %s are refused', (id) => {
  expect(() => run(count(1).pipe(named('a', (n) => n)), { replay: { [id]: [] } })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('one by one: a') }),
  )
})
