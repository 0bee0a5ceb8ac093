/**
 * Goal: `toWritable` writes all items, waits for slow streams, keeps their errors, and lets go of them in the
 * end.
 */

import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { WritableStream } from 'node:stream/web'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, map, toWritable } from '../index.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

/** A Node stream in object mode that takes one chunk per turn. */
function slowNode(options: { failAt?: number; failure?: Error } = {}) {
  const seen: unknown[] = []
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 3,
    write(chunk, _encoding, done) {
      setImmediate(() => {
        if (seen.length === options.failAt) return done(options.failure)
        seen.push(chunk)
        done()
      })
    },
  })
  return { stream, seen }
}

/** A web stream that takes one chunk per turn. */
function slowWeb(options: { failAt?: number; failure?: Error } = {}) {
  const seen: unknown[] = []
  const state = { closed: false, aborted: undefined as unknown }
  const stream = new WritableStream<unknown>({
    async write(chunk) {
      await new Promise(setImmediate)
      if (seen.length === options.failAt) throw options.failure
      seen.push(chunk)
    },
    close() {
      state.closed = true
    },
    abort(reason) {
      state.aborted = reason
    },
  })
  return { stream, seen, state }
}

test('writes all items in order, then finishes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer(), { maxLength: 20 }), async (items) => {
      const node = slowNode()
      const toNode = toWritable<number>(node.stream)
      const summary = await run(fromIterable(items).pipe(toNode)).done
      expect([node.seen, node.stream.writableFinished, summary.result(toNode)]).toEqual([
        items,
        true,
        items.length,
      ])

      const web = slowWeb()
      await run(fromIterable(items).pipe(toWritable<number>(web.stream))).done
      expect([web.seen, web.state.closed]).toEqual([items, true])
    }),
    { numRuns: 20 },
  )
})

test('a function opens the stream for each run', async () => {
  const file = join(await temporaryFolder(), 'out.txt')
  const graph = fromIterable(['a\n', 'b\n']).pipe(toWritable<string>(async () => createWriteStream(file)))
  for (let i = 0; i < 2; i++) {
    await run(graph).done
    expect(await readFile(file, 'utf8')).toBe('a\nb\n')
  }
})

test('holds back while the stream is full', async () => {
  const { stream, seen } = slowNode()
  let most = 0
  const ahead = map((n: number) => {
    most = Math.max(most, n - seen.length)
    return n
  })
  await run(fromIterable(numbers(200)).pipe(ahead, toWritable<number>(stream))).done
  expect(seen.length).toBe(200)
  expect(most).toBeLessThanOrEqual(3)
})

test('end: false leaves the stream open, with everything written', async () => {
  const node = slowNode()
  await run(fromIterable([1, 2, 3, 4]).pipe(toWritable<number>(node.stream, { end: false }))).done
  expect([node.seen, node.stream.writableEnded]).toEqual([[1, 2, 3, 4], false])
  expect(['error', 'close', 'drain'].map((event) => node.stream.listenerCount(event))).toEqual([0, 0, 0])

  const web = slowWeb()
  await run(fromIterable([1, 2, 3, 4]).pipe(toWritable<number>(web.stream, { end: false }))).done
  expect([web.seen, web.state.closed, web.stream.locked]).toEqual([[1, 2, 3, 4], false, false])
})

for (const failAt of [0, 2, 19]) {
  test(`an error of the stream is the cause: write ${failAt} of 20`, async () => {
    const failure = Object.assign(new Error('full'), { code: 'ENOSPC' })
    for (const end of [true, false]) {
      for (const { stream } of [slowNode({ failAt, failure }), slowWeb({ failAt, failure })]) {
        if (!end && stream instanceof Writable) stream.on('error', () => undefined)
        await expect(
          run(fromIterable(numbers(20)).pipe(toWritable<number>(stream, { end }))).done,
        ).rejects.toMatchObject({
          code: 'TERM_FAILED',
          term: 'toWritable',
          cause: failure,
        })
      }
    }
  })
}

test('an error while the stream finishes is the cause', async () => {
  const failure = new Error('late')
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(),
    final: (done) => done(failure),
  })
  await expect(run(fromIterable(['x']).pipe(toWritable<string>(stream))).done).rejects.toMatchObject({
    cause: failure,
  })
})

test('a stream that closes too early does not seem complete', async () => {
  const { stream } = slowNode()
  const closing = map((n: number) => {
    if (n === 5) stream.destroy()
    return n
  })
  await expect(
    run(fromIterable(numbers(9)).pipe(closing, toWritable<number>(stream))).done,
  ).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'toWritable',
  })
})

test('a stream that has ended before says so', async () => {
  const { stream } = slowNode()
  stream.end()
  await expect(run(fromIterable([1]).pipe(toWritable<number>(stream))).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    phase: 'enter',
    cause: { code: 'WRONG_STATE' },
  })
})

test("after a failure elsewhere the stream is destroyed, or left alone if it is not the run's", async () => {
  const failing = () =>
    fromIterable([1, 2, 3]).pipe(
      map((n) => {
        if (n === 3) throw new Error('no')
        return n
      }),
    )
  for (const end of [true, false]) {
    const node = slowNode()
    await expect(run(failing().pipe(toWritable<number>(node.stream, { end }))).done).rejects.toMatchObject({
      term: 'map',
    })
    expect(node.stream.destroyed).toBe(end)

    const web = slowWeb()
    await expect(run(failing().pipe(toWritable<number>(web.stream, { end }))).done).rejects.toMatchObject({
      term: 'map',
    })
    expect([web.stream.locked, web.state.closed]).toEqual([false, false])
  }
})

test('a cancel while the stream is full destroys it', async () => {
  const controller = new AbortController()
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write() {
      controller.abort() // and never takes the chunk
    },
  })
  const running = run(fromIterable([1, 2]).pipe(toWritable<number>(stream)), { signal: controller.signal })
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(stream.destroyed).toBe(true)
})

test('refuses what is no stream; stays on the thread of its stream', async () => {
  expect(() => toWritable([] as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  await expect(run(fromIterable([1]).pipe(toWritable((() => 3) as never))).done).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
  expect(toWritable(process.stdout).isLocal).toBe(true)
})

test('fifteen terms on one stream warn of nothing, and leave no listeners and no room behind', async () => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => warnings.push(name)
  process.on('warning', onWarning)
  try {
    const { stream, seen } = slowNode()
    const before = [stream.getMaxListeners(), stream.eventNames()]
    const sinks = Array.from({ length: 15 }, () => toWritable<number>(stream, { end: false }))
    await run(fromIterable(numbers(20)).parallel(...(sinks as [(typeof sinks)[0], (typeof sinks)[0]]))).done
    await new Promise(setImmediate)
    expect(warnings).not.toContain('MaxListenersExceededWarning')
    expect(seen.length).toBe(300)
    expect([stream.getMaxListeners(), stream.eventNames()]).toEqual(before)
  } finally {
    process.off('warning', onWarning)
  }
})
