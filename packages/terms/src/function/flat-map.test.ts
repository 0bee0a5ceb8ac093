/** Goal: `flatMap` is Array.flatMap for every kind of iterable, and pulls endless ones only as needed. */

import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, flatMap, fromIterable, take, toArray } from '../index.ts'

function* repeat(n: number) {
  for (let i = 0; i < n; i++) yield n
}

async function* repeatLater(n: number) {
  for (let i = 0; i < n; i++) {
    await null
    yield n
  }
}

const kinds: Readonly<
  Record<string, (n: number) => Iterable<number> | Promise<Iterable<number>> | AsyncIterable<number>>
> = {
  array: (n) => [...repeat(n)],
  generator: repeat,
  set: (n) => new Set(repeat(n)),
  'promise of an array': async (n) => [...repeat(n)],
  'promise of a generator': async (n) => repeat(n),
  'async generator': repeatLater,
}

for (const [kind, f] of Object.entries(kinds)) {
  test(`equals Array.flatMap: ${kind}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4 })), async (items) => {
        const once = kind === 'set'
        const expected = items.flatMap((n) => (once ? [...new Set(repeat(n))] : [...repeat(n)]))
        expect(await toArray(fromIterable(items).pipe(flatMap(f)))).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })
}

test('undefined is no item, null is one', async () => {
  const some = fromIterable([1]).pipe(flatMap(() => [undefined, null, 2]))
  expect(await toArray(some)).toEqual([null, 2])
})

test('the ledger counts what was made', async () => {
  const summary = await run(fromIterable([0, 1, 3]).pipe(flatMap(repeat), collect())).done
  expect(summary.items).toMatchObject({ in: 3, filtered: 1, expanded: 2, out: 4 })
})

test('an endless iterable is closed when nobody needs more', async () => {
  let pulled = 0
  let closed = 0
  function* endless() {
    try {
      for (;;) yield pulled++
    } finally {
      closed++
    }
  }
  expect(await toArray(fromIterable([1]).pipe(flatMap(endless), take(3)))).toEqual([0, 1, 2])
  expect(closed).toBe(1)
  expect(pulled).toBeLessThan(5000)
})

test('a failing iterable ends the run with its error', async () => {
  const cause = new Error('no')
  function* failing() {
    yield 1
    throw cause
  }
  await expect(toArray(fromIterable(['x']).pipe(flatMap(failing)))).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'flatMap',
    cause,
  })
})
