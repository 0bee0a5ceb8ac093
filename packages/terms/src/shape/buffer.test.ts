/** Goal: arrays of `buffer` keep their bounds, and joined they are the stream; times are the run's. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buffer, fromIterable, toArray } from '../index.ts'
import { expectEverywhere, REFUSED, settings } from './test/everywhere.ts'

/** The same, in one loop over an array. */
function cut(items: readonly number[], maxItems: number, maxBytes: number): number[][] {
  const arrays: number[][] = []
  let open: number[] = []
  const sum = (list: readonly number[]) => list.reduce((total, n) => total + n, 0)
  for (const n of items) {
    if (open.length > 0 && sum(open) + n > maxBytes) open = []
    if (open.length === 0) arrays.push(open)
    open.push(n)
    if (open.length >= maxItems || sum(open) >= maxBytes) open = []
  }
  return arrays
}

test('equals a plain cut, with and without a time that never comes', async () => {
  for (const [maxItems, maxBytes] of [
    [3, 1000],
    [1000, 10],
    [4, 12],
    [1, 1],
  ] as const) {
    for (const time of [{}, { maxMs: 1e9 }]) {
      await expectEverywhere(
        () => buffer({ maxItems, maxBytes, bytesOf: (n) => n, ...time }),
        (items) => cut(items, maxItems, maxBytes),
      )
    }
  }
})

test('an array leaves maxMs after its first item', async () => {
  const clock = new VirtualClock()
  const [source, sink] = [new SourceProbe<string>(), new SinkProbe<string[]>()]
  const { done } = run(source.pipe(buffer({ maxMs: 10, maxItems: 3 }), sink), { clock })
  sink.request()
  await settle()
  source.send('a')
  await clock.advance(6)
  source.send('b')
  await clock.advance(3)
  expect(sink.received).toEqual([])
  await clock.advance(1)
  expect(sink.received).toEqual([['a', 'b']])
  await clock.advance(100)
  source.send('c', 'd', 'e', 'f')
  await settle()
  expect(sink.received.slice(1)).toEqual([['c', 'd', 'e']])
  source.end()
  await done
  expect(sink.received.slice(2)).toEqual([['f']])
  expect(clock.pending).toBe(0)
})

test('loses nothing, whatever the time does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), settings(), async (items, options) => {
      const arrays = await toArray(fromIterable(items).pipe(buffer({ maxMs: 1, maxItems: 4 })), options)
      expect(arrays.flat()).toEqual(items)
      expect(arrays.every(({ length }) => length >= 1 && length <= 4)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('knows the bytes of texts and byte arrays, and asks for those of others', async () => {
  expect(await toArray(fromIterable(['é', 'a', 'b']).pipe(buffer({ maxBytes: 3 })))).toEqual([
    ['é', 'a'],
    ['b'],
  ])
  const bytes = [new Uint8Array(2), new Uint8Array(2)]
  expect(await toArray(fromIterable(bytes).pipe(buffer({ maxBytes: 3 })))).toEqual([[bytes[0]], [bytes[1]]])
  await expect(toArray(fromIterable([1]).pipe(buffer({ maxBytes: 3 })))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  const nonsense = buffer({ maxBytes: 3, bytesOf: () => 'x' as never })
  await expect(toArray(fromIterable([1]).pipe(nonsense))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
})

test('refuses to be without a bound, or with one that makes no sense', () => {
  for (const options of [
    {},
    { maxItems: 0 },
    { maxBytes: 0.5 },
    { maxMs: 0 },
    { maxMs: Number.POSITIVE_INFINITY },
  ]) {
    expect(() => buffer(options)).toThrow(REFUSED)
  }
})
