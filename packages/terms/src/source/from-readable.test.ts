/**
 * Goal: `fromReadable` gives a stream's chunks and its errors as they are, and never leaves a stream open.
 */

import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, forEach, fromReadable, map, take, tap, toArray } from '../index.ts'

/** A web stream of these chunks, and whether it was cancelled. */
function webStream(chunks: readonly unknown[], end: 'close' | 'idle' | Error = 'close') {
  const seen = { cancelled: false }
  const left = [...chunks]
  const stream = new ReadableStream<unknown>({
    pull(controller) {
      if (left.length > 0) controller.enqueue(left.shift())
      else if (end === 'close') controller.close()
      else if (end !== 'idle') controller.error(end)
      else return new Promise(() => undefined)
      return undefined
    },
    cancel() {
      seen.cancelled = true
    },
  })
  return { stream, seen }
}

test('gives the objects of a stream in object mode', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.integer(), fc.record({ a: fc.string() }))), async (items) => {
      expect(await toArray(fromReadable(() => Readable.from(items)))).toEqual(items)
      expect(await toArray(fromReadable(webStream(items).stream))).toEqual(items)
    }),
    { numRuns: 30 },
  )
})

test('keeps chunks of bytes as they were pushed', async () => {
  const chunks = [Buffer.from('ab'), Buffer.from('c'), Buffer.from('def')]
  const push = () => {
    const stream = new PassThrough()
    for (const chunk of chunks) stream.write(chunk)
    stream.end()
    return stream
  }
  const got = await toArray(fromReadable<Buffer>(push))
  expect(got.map((chunk) => [Buffer.isBuffer(chunk), String(chunk)])).toEqual([
    [true, 'ab'],
    [true, 'c'],
    [true, 'def'],
  ])
})

test('decodes characters that span chunks', async () => {
  const text = 'añ€😀z'
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('utf8', 'utf16le'),
      fc.integer({ min: 1, max: 5 }),
      async (encoding, size) => {
        const bytes = Buffer.from(text, encoding as BufferEncoding)
        const chunks: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at += size)
          chunks.push(new Uint8Array(bytes.subarray(at, at + size)))
        const options = { encoding: encoding as BufferEncoding }
        const node = await toArray(
          fromReadable(() => Readable.from(chunks.map((chunk) => Buffer.from(chunk))), options),
        )
        const web = await toArray(fromReadable(webStream(chunks).stream, options))
        expect([node.join(''), web.join('')]).toEqual([text, text])
        expect([...node, ...web].every((piece) => piece.length > 0)).toBe(true)
      },
    ),
    { numRuns: 30 },
  )
})

test('bytes that are no UTF-8 are refused; latin1 takes any', async () => {
  for (const bytes of [
    [0x61, 0xe2, 0x82],
    [0x61, 0xff],
  ]) {
    const cut = () => Readable.from([Buffer.from(bytes)])
    await expect(toArray(fromReadable(cut, { encoding: 'utf8' }))).rejects.toMatchObject({
      term: 'fromReadable',
      cause: { code: 'BAD_INPUT', message: expect.stringContaining('no text in UTF-8: byte 1 is wrong') },
    })
    const text = (await toArray(fromReadable(cut, { encoding: 'latin1' }))).join('')
    expect(text).toBe(Buffer.from(bytes).toString('latin1'))
  }
})

test('an encoding asks for bytes', async () => {
  const objects = () => Readable.from([{ a: 1 }])
  await expect(toArray(fromReadable(objects, { encoding: 'utf8' }))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('{"a":1}') },
  })
})

test('an error of the stream is the cause, whenever it comes', async () => {
  const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  const later = () => {
    const stream = new PassThrough()
    stream.write('x')
    setImmediate(() => stream.destroy(cause))
    return stream
  }
  await expect(toArray(fromReadable(later))).rejects.toMatchObject({ code: 'TERM_FAILED', cause })
  await expect(toArray(fromReadable(webStream([1], cause).stream))).rejects.toMatchObject({ cause })

  const earlier = new PassThrough()
  earlier.on('error', () => undefined)
  earlier.destroy(cause)
  await expect(toArray(fromReadable(earlier))).rejects.toMatchObject({ cause })
  await expect(toArray(fromReadable(() => Promise.reject(cause)))).rejects.toMatchObject({ cause })
})

test('an answer that breaks off fails with what broke it', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('begin', () => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const answer = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        get({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject)
      })
    await expect(toArray(fromReadable(answer))).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  } finally {
    server.close()
  }
})

test('a stream that closes before its end does not seem complete', async () => {
  const stream = new PassThrough({ objectMode: true })
  stream.write(1)
  const running = toArray(fromReadable(stream).pipe(tap(() => stream.destroy())))
  await expect(running).rejects.toMatchObject({ code: 'TERM_FAILED', cause: { code: 'BAD_INPUT' } })
})

test('a stream that was read before says so', async () => {
  const stream = Readable.from([1, 2])
  const source = fromReadable(stream)
  expect(await toArray(source)).toEqual([1, 2])
  await expect(toArray(source)).rejects.toMatchObject({ cause: { code: 'WRONG_STATE' } })

  const { stream: web } = webStream([1, 2])
  expect(await toArray(fromReadable(web).pipe(take(1)))).toEqual([1])
  await expect(toArray(fromReadable(web))).rejects.toMatchObject({ cause: { code: 'WRONG_STATE' } })
})

test('a stream that idles is destroyed when nobody needs more', async () => {
  const stream = new PassThrough({ objectMode: true })
  stream.write('one')
  expect(await toArray(fromReadable(stream).pipe(take(1)))).toEqual(['one'])
  expect(stream.destroyed).toBe(true)

  const { stream: web, seen } = webStream(['one'], 'idle')
  expect(await toArray(fromReadable(web).pipe(take(1)))).toEqual(['one'])
  expect(seen.cancelled).toBe(true)
})

test('a stream that idles is destroyed by a cancel', async () => {
  const stream = new PassThrough({ objectMode: true })
  stream.write('one')
  const controller = new AbortController()
  const watched = fromReadable(stream).pipe(forEach(() => controller.abort()))
  const closed = once(stream, 'close')
  await expect(run(watched, { signal: controller.signal }).done).rejects.toMatchObject({ code: 'CANCELLED' })
  await closed
  expect(stream.listenerCount('data') + stream.listenerCount('error')).toBe(0)
})

test('a stream that idles is destroyed by stop(), and what came before is kept', async () => {
  const stream = new PassThrough({ objectMode: true })
  stream.write('one')
  const items = collect<unknown>()
  const running = run(
    fromReadable(stream).pipe(
      tap(() => setImmediate(() => running.stop())),
      items,
    ),
  )
  const summary = await running.done
  expect([summary.outcome, summary.result(items), stream.destroyed]).toEqual(['stopped', ['one'], true])
})

test('a failure downstream destroys the stream', async () => {
  const stream = Readable.from([1, 2, 3])
  const failing = fromReadable(stream).pipe(
    map(() => {
      throw new Error('no')
    }),
  )
  await expect(toArray(failing)).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'map' })
  expect(stream.destroyed).toBe(true)
})

test('holds a fast stream back', async () => {
  let pushed = 0
  const endless = () =>
    new Readable({
      objectMode: true,
      read() {
        this.push(pushed++)
      },
    })
  let release: (() => void) | undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const options = { edges: { capacityItems: 10 }, batchItems: 5 }
  const held = run(
    fromReadable<number>(endless).pipe(
      take(5000),
      map(() => gate),
    ),
    options,
  )
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
  expect(pushed).toBeLessThan(3000)
  release?.()
  await held.done
})

test('refuses what is no stream', async () => {
  expect(() => fromReadable([] as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(() => fromReadable(Readable.from([]), { encoding: 'utf-9' as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
  await expect(toArray(fromReadable((() => 3) as never))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})
