/** Goal: `forEach` is a loop with await in it, and counts its turns. */

import { run } from '@millrace/core'
import { expect, test, vi } from 'vitest'
import { dump, forEach, fromIterable, toArray } from '../index.ts'

test('calls the function with one argument each, and counts', async () => {
  const seen: unknown[] = []
  const each = forEach((...all: unknown[]) => seen.push(all))
  const summary = await run(fromIterable(['a', null]).pipe(each)).done
  expect(seen).toEqual([['a'], [null]])
  expect(summary.result(each)).toBe(2)
})

test('forEach(console.log) just works', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await run(fromIterable([1, 2]).pipe(forEach(console.log))).done
    expect(log.mock.calls).toEqual([[1], [2]])
  } finally {
    log.mockRestore()
  }
})

test('awaits promises, one at a time', async () => {
  const log: string[] = []
  const each = forEach(async (n: number) => {
    log.push(`begin ${n}`)
    await null
    log.push(`end ${n}`)
  })
  const summary = await run(fromIterable([1, 2]).pipe(each)).done
  expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
  expect(summary.result(each)).toBe(2)
})

test('a thenable is adopted as the language does it: it settles once, and what its then throws is a failure', async () => {
  type Then = (resolve: (value?: unknown) => void, reject: (error: unknown) => void) => void
  let reads = 0
  const foreign = (then: Then) => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what is tried
    get then() {
      reads++
      return then
    },
  })
  const twice = forEach(() => foreign((resolve) => [resolve(), resolve()]))
  const summary = await run(fromIterable([1, 2]).pipe(twice)).done
  expect([summary.result(twice), summary.items.out, reads]).toEqual([2, 2, 2])
  const both = forEach(() => foreign((resolve, reject) => [resolve(), reject(new Error('late'))]))
  expect((await run(fromIterable([1]).pipe(both)).done).items.out).toBe(1)
  const thrown: Then = () => {
    throw new Error('in then')
  }
  const print = (): unknown => foreign(thrown)
  for (const term of [forEach(print), dump({ print })]) {
    await expect(run(fromIterable([5]).pipe(term as never)).done).rejects.toMatchObject({
      term: term.name,
      item: 5,
      cause: { message: 'in then' },
    })
  }
  const printed = dump<number>({ print: () => foreign((resolve) => [resolve(), resolve()]) })
  expect(await toArray(fromIterable([1, 2]).pipe(printed))).toEqual([1, 2])
})

test('a failure ends the run with the original error', async () => {
  const cause = new Error('no')
  const sync = forEach(() => {
    throw cause
  })
  const later = forEach(() => Promise.reject(cause))
  for (const each of [sync, later]) {
    await expect(run(fromIterable([5]).pipe(each)).done).rejects.toMatchObject({
      code: 'TERM_FAILED',
      term: 'forEach',
      item: 5,
      cause,
    })
  }
})

test('stays on the thread of its closure; refuses what is no function', () => {
  expect(forEach(() => undefined).isLocal).toBe(true)
  expect(() => forEach(undefined as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
