/** Goal: `switchMap` follows the newest item, lets the others go, and loses nothing of the last. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { fromIterable, switchMap, take, toArray } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

/** An inner stream under the test's control. */
class Inner implements AsyncIterableIterator<string> {
  closed = false
  #give: ((step: IteratorResult<string>) => void) | undefined
  next(): Promise<IteratorResult<string>> {
    return new Promise((resolve) => {
      this.#give = resolve
    })
  }
  async return(): Promise<IteratorResult<string>> {
    this.closed = true
    return { done: true, value: undefined }
  }
  give(value: string | undefined): void {
    this.#give?.(value === undefined ? { done: true, value } : { done: false, value })
  }
  [Symbol.asyncIterator](): this {
    return this
  }
}

test('sync inner streams are passed on whole', async () => {
  await expectEverywhere(
    () => switchMap((n) => Array.from({ length: n }, () => n)),
    (items) => items.flatMap((n) => Array.from({ length: n }, () => n)),
  )
})

test('the next item lets the inner stream before it go', async () => {
  const inners: Inner[] = []
  const source = new SourceProbe<number>()
  const sink = new SinkProbe<string>()
  const { done } = run(
    source.pipe(
      switchMap(() => {
        const inner = new Inner()
        inners.push(inner)
        return inner
      }),
      sink,
    ),
  )
  sink.request()
  source.send(1)
  await settle()
  inners[0]?.give('a1')
  await settle()
  source.send(2)
  await settle()
  inners[0]?.give('late')
  inners[1]?.give('b1')
  await settle()
  source.end()
  await settle()
  inners[1]?.give('b2')
  await settle()
  inners[1]?.give(undefined)
  await done
  expect(sink.received).toEqual(['a1', 'b1', 'b2'])
  expect(inners.map(({ closed }) => closed)).toEqual([true, false])
})

test('the open inner stream is let go on cancel and when nobody needs more', async () => {
  const inner = new Inner()
  const running = run(fromIterable([1]).pipe(switchMap(() => inner)))
  await settle()
  await running.cancel()
  await settle()
  expect(inner.closed).toBe(true)

  let closed = false
  async function* endless() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed = true
    }
  }
  expect(await toArray(fromIterable([1]).pipe(switchMap(endless), take(2)))).toEqual([0, 1])
  await settle()
  expect(closed).toBe(true)
})

test('an error of an inner stream is the cause', async () => {
  const cause = new Error('no')
  async function* failing() {
    yield 1
    throw cause
  }
  await expect(toArray(fromIterable([1]).pipe(switchMap(failing)))).rejects.toMatchObject({
    term: 'switchMap',
    cause,
  })
  expect(() => switchMap(3 as never)).toThrow(REFUSED)
})
