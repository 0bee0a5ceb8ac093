/** Goal: streams as terms: every item passes, both sides hold back, errors are kept, and nothing stays open. */

import { Duplex, PassThrough, Transform } from 'node:stream'
import { TransformStream } from 'node:stream/web'
import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, map, take, through, toArray } from '../index.ts'
import { naturals, REFUSED, settings } from '../shape/test/everywhere.ts'

const node = () =>
  new Transform({
    objectMode: true,
    highWaterMark: 2,
    transform(n: number, _encoding, done) {
      if (n % 3 === 0) this.push(n)
      setImmediate(done, null, n * 10)
    },
  })
const web = () =>
  new TransformStream<number, number>({
    transform(n, controller) {
      if (n % 3 === 0) controller.enqueue(n)
      controller.enqueue(n * 10)
    },
  })

test('equals a plain flatMap', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), settings(), async (items, options) => {
      const expected = items.flatMap((n) => (n % 3 === 0 ? [n, n * 10] : [n * 10]))
      for (const make of [node, web, async () => web()]) {
        expect(await toArray(fromIterable(items).pipe(through<number, number>(make)), options)).toEqual(
          expected,
        )
      }
    }),
    { numRuns: 25 },
  )
})

for (const [name, make] of [
  ['node', () => new PassThrough({ objectMode: true, highWaterMark: 2 })],
  ['web', () => new TransformStream<number, number>()],
] as const) {
  test(`${name}: a reader that waits holds the source back; one that has enough lets it go`, async () => {
    const { source, closed } = naturals()
    let most = 0
    const seen = map((n: number) => {
      most = n
      return n
    })
    const sink = new SinkProbe<number>()
    const options = { edges: { capacityItems: 2 }, batchItems: 2 }
    const running = run(
      fromIterable(source).pipe(seen, through<number, number>(make), take(4), sink),
      options,
    )
    expect([await sink.next(), await sink.next()]).toEqual([0, 1])
    await settle()
    expect(most).toBeLessThan(40)
    sink.request()
    await running.done
    expect([sink.received, closed()]).toEqual([[0, 1, 2, 3], true])
  })
}

test('an error of the stream is the cause', async () => {
  const cause = new Error('no')
  const makes = [
    () => new Transform({ objectMode: true, transform: (_n, _encoding, done) => done(cause) }),
    () =>
      new Transform({ objectMode: true, transform: (_n, _e, done) => done(), flush: (done) => done(cause) }),
    () => new TransformStream<number, number>({ transform: () => Promise.reject(cause) }),
  ]
  for (const make of makes) {
    await expect(toArray(fromIterable([1, 2]).pipe(through<number, number>(make)))).rejects.toMatchObject({
      term: 'through',
      cause,
    })
  }
})

test('a stream that ends early ends the term, and its input', async () => {
  const { source, closed } = naturals()
  const make = () => {
    let count = 0
    return new Duplex({
      objectMode: true,
      read() {},
      write(n, _encoding, done) {
        if (count++ < 3) this.push(n)
        if (count === 3) this.push(null)
        done()
      },
    })
  }
  expect(await toArray(fromIterable(source).pipe(through<number, number>(make)))).toEqual([0, 1, 2])
  expect(closed()).toBe(true)
})

test('a cancel destroys the stream; so does a reader that has enough', async () => {
  for (const end of ['cancel', 'take'] as const) {
    const stream = new PassThrough({ objectMode: true })
    const source = new SourceProbe<number>()
    const running = run(
      source.pipe(
        through<number, number>(() => stream),
        take(end === 'take' ? 1 : 2),
      ),
    )
    source.send(1)
    await settle()
    if (end === 'cancel') {
      expect(stream.destroyed).toBe(false)
      await running.cancel()
    } else await running.done
    expect(stream.destroyed).toBe(true)
  }
})

test('a stream that is still being opened on cancel is destroyed when it is there', async () => {
  const late = new PassThrough({ objectMode: true })
  let open: () => void = () => undefined
  const opening = new Promise<Duplex>((resolve) => {
    open = () => resolve(late)
  })
  const second = run(fromIterable([1]).pipe(through(() => opening)))
  await settle()
  await second.cancel()
  open()
  await settle()
  expect(late.destroyed).toBe(true)
})

test('refuses what is no function, or gives no stream', async () => {
  expect(() => through(new PassThrough() as never)).toThrow(REFUSED)
  await expect(toArray(fromIterable([1]).pipe(through(() => 3 as never)))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})
