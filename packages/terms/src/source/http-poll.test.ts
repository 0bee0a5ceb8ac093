/** Goal: `httpPoll` asks in time, waits after failures, bounds what it takes, and abandons what nobody needs. */

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { run } from '@millrace/core'
import { SinkProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type HttpContent, type HttpPollOptions, httpPoll, map, take, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

const ADDRESS = 'http://service.test/list?token=secret'

/** Answers with what is in the list, then with 500; notes when and how it was asked. */
function scripted(clock: VirtualClock, answers: readonly (Response | Error)[]) {
  const asked: { readonly at: number; readonly headers: Headers }[] = []
  const fetch: HttpPollOptions['fetch'] = async (_url, init) => {
    const answer = answers[asked.length] ?? new Response('', { status: 500 })
    asked.push({ at: clock.now(), headers: new Headers(init?.headers) })
    if (answer instanceof Error) throw answer
    return answer
  }
  return { fetch, asked, times: () => asked.map(({ at }) => at) }
}

/** Lets time pass until `done` settles. */
async function passing<T>(clock: VirtualClock, done: Promise<T>): Promise<T> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  done.then(over, over)
  while (!isOver) await clock.advance(500)
  return done
}

test('asks each everyMs, and for newer versions only', async () => {
  const clock = new VirtualClock()
  const { fetch, asked, times } = scripted(clock, [
    new Response('one', { headers: { etag: '"1"', 'last-modified': 'Thu, 01 Jan 1970 00:00:01 GMT' } }),
    new Response(null, { status: 304 }),
    new Response('né', { status: 203 }),
    new Response('three'),
  ])
  const polled = httpPoll(ADDRESS, { everyMs: 1000, fetch, headers: { 'x-key': 'k' } }).pipe(take(3))
  expect(await passing(clock, toArray(polled, { clock }))).toEqual([
    { time: 0, status: 200, text: 'one' },
    { time: 2000, status: 203, text: 'né' },
    { time: 3000, status: 200, text: 'three' },
  ])
  expect(times()).toEqual([0, 1000, 2000, 3000])
  const sent = asked.map(({ headers }) => [headers.get('x-key'), headers.get('if-none-match')])
  expect(sent).toEqual([
    ['k', null],
    ['k', '"1"'],
    ['k', '"1"'],
    ['k', null],
  ])
  expect(asked[1]?.headers.get('if-modified-since')).toBe('Thu, 01 Jan 1970 00:00:01 GMT')
  expect(clock.pending).toBe(0)
})

test('waits longer after each failure, as long as the server says, and begins anew after a success', async () => {
  const clock = new VirtualClock()
  const { fetch, times } = scripted(clock, [
    new Error('no server'),
    new Response('', { status: 503 }),
    new Response('', { status: 429, headers: { 'retry-after': '30' } }),
    new Response('', { status: 502, headers: { 'retry-after': new Date(50_000).toUTCString() } }),
    new Response('a'),
    new Response('', { status: 500 }),
    new Response('b'),
  ])
  const polled = httpPoll(ADDRESS, { everyMs: 1000, fetch, backoffMs: 1000, maxBackoffMs: 5000 })
  const texts = polled.pipe(
    map(({ text }) => text),
    take(2),
  )
  expect(await passing(clock, toArray(texts, { clock }))).toEqual(['a', 'b'])
  expect(times()).toEqual([0, 1000, 3000, 33_000, 50_000, 51_000, 52_000])
})

test('too many failures in a row are an error, without the secrets of the address', async () => {
  const clock = new VirtualClock()
  const { fetch, times } = scripted(clock, [])
  const failed = toArray(httpPoll(ADDRESS, { fetch, retries: 2 }), { clock })
  await expect(passing(clock, failed)).rejects.toEqual(
    badInput(
      'httpPoll',
      'http://service.test/list failed 3 times in a row, last: http://service.test/list answered',
    ),
  )
  await failed.catch((error: Error) => expect(error.message).not.toContain('secret'))
  expect(times()).toEqual([0, 1000, 3000])
})

test('other statuses are errors at once, and so is an answer that is too long', async () => {
  const clock = new VirtualClock()
  const missing = scripted(clock, [new Response('', { status: 404 })])
  await expect(toArray(httpPoll(ADDRESS, { fetch: missing.fetch }), { clock })).rejects.toEqual(
    badInput('httpPoll', 'answered with status 404'),
  )
  const long = scripted(clock, [new Response('abcd')])
  await expect(toArray(httpPoll(ADDRESS, { fetch: long.fetch, maxBytes: 3 }), { clock })).rejects.toEqual(
    badInput('httpPoll', 'more than 3 bytes'),
  )
  expect(clock.pending).toBe(0)
})

test('an answer is read in the encoding that it names, and what is no such text is an error', async () => {
  const clock = new VirtualClock()
  const bytes = Uint8Array.of(0x61, 0xe9)
  const of = (type: string) => new Response(bytes, { headers: { 'content-type': type } })
  const latin1 = scripted(clock, [of('text/plain; charset=iso-8859-1')])
  const [answer] = await toArray(httpPoll(ADDRESS, { fetch: latin1.fetch }).pipe(take(1)), { clock })
  expect(answer?.text).toBe('aé')
  for (const [type, message] of [
    ['text/plain', 'no text in utf-8'],
    ['text/plain; charset=klingon', 'unknown encoding, klingon'],
  ] as const) {
    const wrong = scripted(clock, [of(type)])
    await expect(toArray(httpPoll(ADDRESS, { fetch: wrong.fetch }), { clock })).rejects.toEqual(
      badInput('httpPoll', message),
    )
  }
})

test('a request that takes too long is a failure', async () => {
  const clock = new VirtualClock()
  const never: HttpPollOptions['fetch'] = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const failed = toArray(httpPoll(ADDRESS, { fetch: never, timeoutMs: 2000, retries: 1 }), { clock })
  await expect(passing(clock, failed)).rejects.toEqual(
    badInput('httpPoll', 'failed 2 times in a row, last: no answer within 2000 ms'),
  )
  // two requests of two seconds each, and one between them
  expect(clock.now()).toBe(5000)
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('over a real connection; the request under way is abandoned when the run stops', async () => {
  let asked = 0
  let onAbandoned = (): void => {}
  const abandoned = new Promise<void>((resolve) => {
    onAbandoned = resolve
  })
  const url = await serve((_request, response) => {
    response.on('close', () => response.writableFinished || onAbandoned())
    if (++asked < 3) response.end(`answer ${asked}`)
    else response.write('never')
  })
  const clock = new VirtualClock()
  const sink = new SinkProbe<HttpContent>()
  const polling = run(httpPoll(url, { everyMs: 10 }).pipe(sink), { clock })
  expect((await sink.next())?.text).toBe('answer 1')
  await clock.advance(10)
  expect((await sink.next())?.text).toBe('answer 2')
  await clock.advance(10)
  while (asked < 3) await settle()
  const { outcome } = await polling.stop()
  await abandoned
  expect([outcome, clock.pending]).toEqual(['stopped', 0])
})

test('refuses addresses and options that make no sense', () => {
  for (const url of ['x', 'ftp://a/', 7 as never])
    expect(() => httpPoll(url)).toThrow(invalidOption('The address'))
  const options: HttpPollOptions[] = [
    { everyMs: 0 },
    { timeoutMs: Number.NaN },
    { backoffMs: -1 },
    { maxBackoffMs: Number.POSITIVE_INFINITY },
    { maxBytes: 0 },
    { retries: -1 },
    { fetch: 1 as never },
    { headers: { a: 1 } as never },
  ]
  for (const option of options) expect(() => httpPoll(ADDRESS, option)).toThrow(invalidOption())
})
