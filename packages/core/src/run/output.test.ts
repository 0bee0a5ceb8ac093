// A run's outputs as async iterators: a slow reader holds the graph back, leaving early lets writers stop, failures
// come after the last item.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { settled } from '../test/deadline.ts'
import { count, filter, id, map, source } from '../test/terms.ts'
import { checkLedger, isBalanced } from '../testing/ledger.ts'
import { settle } from '../testing/virtual-clock.ts'
import { run } from './run.ts'

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of iterable) list.push(item)
  return list
}

test('all items, then the end; the items count as out', async () => {
  const r = run(count(5000))
  expect(await all(r.output())).toEqual(Array.from({ length: 5000 }, (_, i) => i))
  const summary = await settled(r)
  checkLedger(summary)
  expect(summary.items).toMatchObject({ in: 5000, out: 5000 })
})

test('an item that is asked for while a term is being entered comes once it has been', async () => {
  let enter = (): void => {}
  const entering = new Promise<void>((resolve) => {
    enter = resolve
  })
  const r = run(count(3).pipe(map((n: number) => n, { enter: () => entering })))
  const output = r.output()
  await settle()
  const first = output.next()
  await settle()
  enter()
  expect(await first).toEqual({ done: false, value: 0 })
  expect(await all(output)).toEqual([1, 2])
  await settled(r)
})

test('named and numbered outputs, each once', async () => {
  const named = run(count(3).parallel({ a: id<number>(), b: map((n: number) => -n - 1) }))
  const [a, b] = [named.output('a'), named.output('b')]
  expect([await all(a), await all(b)]).toEqual([
    [0, 1, 2],
    [-1, -2, -3],
  ])
  const numbered = run(count(3).parallel(id<number>(), id<number>()))
  const [first, second] = [numbered.output('0'), numbered.output('1')]
  expect(await Promise.all([all(first), all(second)])).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ])
  checkLedger(await settled(numbered))
})

test('while nobody reads, the source is held back', async () => {
  let made = 0
  const r = run(
    source(function* () {
      while (true) yield made++
    }),
    { edges: { capacityItems: 4 } },
  )
  const output = r.output()
  await settle()
  expect(made).toBeLessThanOrEqual(5)
  expect([(await output.next()).value, (await output.next()).value, (await output.next()).value]).toEqual([
    0, 1, 2,
  ])
  await settle()
  expect(made).toBeLessThanOrEqual(8)
  await output.return?.()
  expect((await settled(r)).outcome).toBe('completed')
})

test('leaving the loop lets the writers stop; the rest is accounted for', async () => {
  let closed = false
  const endless = source(function* () {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed = true
    }
  })
  const r = run(endless.pipe(id()))
  for await (const n of r.output()) if (n === 100) break
  const summary = await settled(r)
  expect(closed).toBe(true)
  checkLedger(summary)
  expect(summary.items.out).toBe(101)
})

test('a reader that leaves before the run begins is as good as none', async () => {
  const r = run(count(3))
  await r.output().return?.()
  checkLedger(await settled(r))
})

test('a second reader of one output is refused, and one that comes late', async () => {
  const r = run(count(3))
  const output = r.output()
  expect(() => r.output()).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }))
  expect(await all(output)).toEqual([0, 1, 2])
  expect(() => r.output()).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }))
})

test('an unknown output is refused by name', () => {
  const r = run(parallel({ a: count(1), b: count(1) }))
  expect(() => r.output('c' as 'a')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_PORT', message: expect.stringContaining('"a", "b"') }),
  )
  return settled(r)
})

test('a failure reaches the reader after the items before it, and only the reader need look', async () => {
  const r = run(
    source(function* () {
      yield 1
      yield 2
      throw new Error('broken')
    }),
  )
  const seen: unknown[] = []
  await expect(
    (async () => {
      for await (const n of r.output()) seen.push(n)
    })(),
  ).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'source', phase: 'generate' })
  expect(seen).toEqual([1, 2])
  expect(isBalanced(r.stats().items)).toBe(true)
})

test('cancel frees a waiting reader', async () => {
  const r = run(
    source(() => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) })),
  )
  const next = r.output().next()
  await settle()
  await r.cancel('enough')
  await expect(next).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('several calls of next at once are served in order, and after the end it stays ended', async () => {
  const r = run(count(2))
  const output = r.output()
  const results = await Promise.all([output.next(), output.next(), output.next(), output.next()])
  expect(results.map(({ value, done }) => [value, done])).toEqual([
    [0, false],
    [1, false],
    [undefined, true],
    [undefined, true],
  ])
  await settled(r)
})

test('an output that something inside reads, too, gets its own copy', async () => {
  const shared = count(3)
  const r = run(parallel({ raw: shared, odd: shared.pipe(filter((n) => n % 2 === 1)) }))
  const [raw, odd] = [r.output('raw'), r.output('odd')]
  expect(await Promise.all([all(raw), all(odd)])).toEqual([[0, 1, 2], [1]])
  const summary = await settled(r)
  checkLedger(summary)
  expect(summary.items.copied).toBe(3)
})
