// Goal: with onError 'stop' the first failure stops the sources; what is sound is drained, and the summary says how far.

import { expect, test } from 'vitest'
import type { Context, LifeCycle } from '../contracts.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { kernelTerm } from '../term/leaf.ts'
import { type StreamContext, StreamTerm, type View } from '../term/stream-term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, map, source } from '../test/terms.ts'
import { checkLedger, isBalanced } from '../testing/ledger.ts'
import { run } from './run.ts'

const endless = () =>
  source(function* () {
    for (let n = 0; ; n++) yield n
  })
const endlessAsync = () =>
  source(async function* () {
    for (let n = 0; ; n++) yield n
  })

function bad(n: number): number {
  if (n % 100 === 50) throw new RangeError(`no ${n}`)
  return n
}

class Several extends FunctionTerm<number, number> {
  override readonly concurrency = 3
  async f(n: number): Promise<number> {
    return bad(n)
  }
}

test.each([
  ['fused with its source', () => endless().pipe(map(bad))],
  ['behind an edge', () => endless().pipe(map(bad).edge({ capacityItems: 8 }))],
  ['async', () => endlessAsync().pipe(map(async (n: number) => bad(n)))],
  ['concurrent', () => endless().pipe(new Several())],
])('an item that fails is set aside, the sources stop: %s', async (_, make) => {
  const sink = new Collect<number>()
  const r = run(make().pipe(sink), { onError: 'stop' })
  const log: unknown[] = []
  r.on('deadLetter', ({ item }) => log.push(item))
  r.on('error', (error) => log.push((error as Error).message))
  const summary = await settled(r)
  checkLedger(summary)
  const items = summary.result(sink)
  expect(summary.outcome).toBe('failed')
  expect(summary.error).toMatchObject({
    code: 'TERM_FAILED',
    phase: 'item',
    item: 50,
    cause: { message: 'no 50' },
  })
  expect(log[0]).toContain('failed on item 50')
  expect(items.slice(0, 52)).toEqual(
    [...Array.from({ length: 50 }, (_, n) => n), 51, 52].slice(0, items.length),
  )
  const { deadLettered } = summary.items
  expect(log.length).toBe(1 + deadLettered)
  expect(summary.completeness).toEqual({
    isComplete: false,
    delivered: items.length,
    givenUp: deadLettered,
    share: items.length / (items.length + deadLettered),
  })
})

test('items of which the policy says otherwise stop nothing', async () => {
  const summary = await settled(
    run(count(300).pipe(map(bad).onFailure({ onError: 'skip' }), new Collect()), { onError: 'stop' }),
  )
  expect([summary.outcome, summary.items.deadLettered, summary.error]).toEqual(['completed', 3, undefined])
  expect(summary.completeness).toEqual({ isComplete: false, delivered: 297, givenUp: 3, share: 0.99 })
  const whole = await settled(run(count(300).pipe(new Collect())))
  expect(whole.completeness).toEqual({ isComplete: true, delivered: 300, givenUp: 0, share: 1 })
})

const broken = (kind: keyof LifeCycle<unknown, unknown>): LifeCycle<unknown, never> => ({
  [kind]: () => {
    throw new Error(kind)
  },
})

class Coroutine extends StreamTerm<number, number> {
  async run(view: View<number>, ctx: StreamContext<unknown, number>): Promise<void> {
    for await (const n of view) {
      if (n === 3) throw new Error('run')
      await ctx.emit(n)
    }
  }
}

function* breaking() {
  yield 0
  yield 1
  throw new Error('generate')
}
async function* breakingLater() {
  yield 0
  yield 1
  throw new Error('generate')
}

test.each([
  ['generate', () => source(breaking).pipe(map((n) => n))],
  ['generate', () => source(breakingLater).pipe(map((n) => n))],
  ['end', () => count(2).pipe(map((n: number) => n, broken('end')))],
  ['end', () => count(2).pipe(map((n: number) => n, { end: async () => Promise.reject(new Error('end')) }))],
  ['exit', () => count(2).pipe(map((n: number) => n, broken('exit')))],
  ['run', () => endlessAsync().pipe(new Coroutine())],
] as const)('of what fails in %s, the rest goes on', async (phase, make) => {
  const sink = new Collect<number>()
  const summary = await settled(run(make().pipe(sink as never), { onError: 'stop' }))
  expect(summary).toMatchObject({ outcome: 'failed', error: { phase, cause: { message: phase } } })
  expect((summary.result(sink) as number[]).slice(0, 2)).toEqual([0, 1])
  expect(isBalanced(summary.items)).toBe(true)
})

test('a failure in enter aborts; a cancel does, also while the run is drained', async () => {
  const unable = run(count(2).pipe(map((n: number) => n, broken('enter'))), { onError: 'stop' })
  await expect(unable.done).rejects.toMatchObject({ code: 'TERM_FAILED', phase: 'enter' })

  class Stuck extends FunctionTerm<number, number> {
    f(n: number, ctx: Context): number | Promise<number> {
      if (n === 1) throw new Error('no')
      return ctx.sleep(1e9).then(() => n)
    }
  }
  const draining = run(count(2).pipe(new Several(), new Stuck()), { onError: 'stop' })
  const errors: unknown[] = []
  draining.on('error', (error) => errors.push((error as { code: string }).code))
  await new Promise((resolve) => setImmediate(resolve))
  await draining.cancel('enough')
  await expect(draining.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('who reads an output gets what was drained, then the error', async () => {
  const r = run(endless().pipe(map(bad)), { onError: 'stop' })
  const read: number[] = []
  await expect(
    (async () => {
      for await (const n of r.output()) read.push(n)
    })(),
  ).rejects.toMatchObject({ code: 'TERM_FAILED', item: 50 })
  const summary = await settled(r)
  expect([summary.outcome, summary.items.out]).toEqual(['failed', read.length])
  expect(read.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, n) => n))
})

test('an unknown choice is refused', () => {
  expect(() =>
    run(kernelTerm<never, number>('one', { kind: 'source', self: {}, f: () => [1] }), {
      onError: 'wait' as never,
    }),
  ).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('one of abort, stop'),
    }),
  )
})
