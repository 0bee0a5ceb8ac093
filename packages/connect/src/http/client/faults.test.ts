// Servers that would keep a client going for ever, or lead it elsewhere; what is refused before any request is made.

import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { run, type Term } from '@millrace/core'
import { VirtualClock } from '@millrace/core/testing'
import { collect, httpPoll, take, toArray } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { reconnectOf } from '../../support/reconnect.ts'
import { events, pages, webSocket } from '../index.ts'
import { reading } from './reading.ts'

async function listen(onRequest: RequestListener): Promise<string> {
  const server = createServer(onRequest).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const reconnect = { delayMs: 1, maxFailures: 3 }
const failure = (term: Term<never, unknown>) =>
  run(term)
    .done.then(() => undefined)
    .catch(({ cause }) => cause)

function stream(response: ServerResponse, text: string): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text)
  return response
}

test('pages: an answer that says that nothing has changed ends the run', async () => {
  const url = await listen((_, response) => response.writeHead(304).end())
  expect(await failure(pages(url, { reconnect }))).toMatchObject({
    code: 'CONNECTION_DENIED',
    message: expect.stringContaining('304'),
  })
})

test.each<[string, (url: string, headers: Record<string, string>) => Term<never, unknown>]>([
  ['pages', (url, headers) => pages(url, { headers, reconnect })],
  ['events', (url, headers) => events(url, { headers, reconnect })],
  ['httpPoll', (url, headers) => httpPoll(url, { headers })],
])('%s: a redirection to another server is not followed, so no header goes there', async (_, source) => {
  let asked = 0
  const other = await listen((_request, response) => {
    asked++
    response.end('[]')
  })
  const url = await listen((_request, response) => response.writeHead(302, { location: other }).end())
  expect(await failure(source(url, { 'x-api-key': 'secret' }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/redirects to .* another server/),
  })
  expect(asked).toBe(0)
  const credentials = await listen(({ headers }, response) =>
    response.writeHead(307, { location: `http://user:secret@${headers.host}/` }).end(),
  )
  expect((await failure(source(credentials, {}))).message).not.toContain('secret')
  const endless = await listen((_request, response) => response.writeHead(301, { location: '/' }).end())
  expect(await failure(source(endless, {}))).toMatchObject({
    message: expect.stringContaining('more than 20 times'),
  })
})

test('redirections on the same server are followed; links are relative to where they lead', async () => {
  const keys: unknown[] = []
  const url = await listen(({ url: path, headers }, response) => {
    keys.push(headers['x-api-key'])
    if (path === '/old') response.writeHead(308, { location: '/new/list' }).end()
    else if (path === '/new/list') response.setHeader('link', '<second>; rel=next').end('[1]')
    else if (path === '/new/second') response.end('[2]')
    else if (path === '/events') response.writeHead(307, { location: '/stream' }).end()
    else if (path === '/stream') stream(response, 'data: 3\n\n')
    else response.writeHead(404).end()
  })
  const headers = { 'x-api-key': 'secret' }
  expect(await toArray(pages(`${url}/old`, { headers, reconnect }))).toEqual([1, 2])
  const [event] = await toArray(events(`${url}/events`, { headers, reconnect }).pipe(take(1)))
  expect(event?.data).toBe('3')
  expect(keys).toEqual(keys.map(() => 'secret'))
})

test('pages that lead in a circle, or are too many, fail the run', async () => {
  const circle = await listen(({ url: path }, response) =>
    response.setHeader('link', `<${path === '/a' ? '/b' : '/a'}>; rel=next`).end('[1]'),
  )
  expect(await failure(pages(`${circle}/a`, { reconnect }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/Page 3 would be .*\/a once more/),
  })
  const endless = await listen(({ url: path = '' }, response) =>
    response.setHeader('link', `</${Number(path.slice(1)) + 1}>; rel=next`).end('[1]'),
  )
  expect(await failure(pages(`${endless}/1`, { reconnect, maxPages: 4 }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('Raise maxPages'),
  })
})

test('pages: what is wrong with a page is told without the query of its address, which may hold keys', async () => {
  const url = await listen(({ url: path = '' }, response) => {
    const key = path.slice(path.indexOf('?'))
    if (path.startsWith('/same')) response.setHeader('link', `<${path}>; rel=next`).end('[1]')
    else if (path.startsWith('/other'))
      response.setHeader('link', `<http://127.0.0.2:1/${key}>; rel=next`).end('[1]')
    else response.end('{}')
  })
  for (const path of ['/same', '/other', '/no-list']) {
    const { code, message } = await failure(pages(`${url}${path}?key=secret`, { reconnect }))
    expect([code, message.includes(path), message.includes('secret')]).toEqual(['BAD_INPUT', true, false])
  }
})

test('events: connections that are cut right behind their heads are failures', async () => {
  let connections = 0
  const url = await listen((_, response) => {
    connections++
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    setImmediate(() => response.destroy())
  })
  expect(await failure(events(url, { reconnect }))).toMatchObject({ code: 'CONNECTION_LOST', failures: 3 })
  expect(connections).toBe(3)
})

test('events: what the server says of waiting is bounded on both sides', async () => {
  const clock = new VirtualClock()
  const asked: number[] = []
  const url = await listen((_, response) => {
    asked.push(clock.monotonic())
    if (asked.length === 1) stream(response, 'retry: 0\n\n').end()
    else if (asked.length === 2) stream(response, `retry: 1${'0'.repeat(400)}\n\n`).end()
    else response.writeHead(204).end()
  })
  const running = run(events(url, { reconnect: { delayMs: 1000 } }).pipe(collect()), { clock })
  let isOver = false
  void running.done.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await clock.advance(500)
    await new Promise((resolve) => setTimeout(resolve, 1))
    // an hour is long
    if (asked.length === 2) await clock.advance(60_000)
  }
  await running.done
  const [first = 0, second = 0, third = 0] = asked
  expect(second - first).toBeGreaterThanOrEqual(1000)
  expect(third - second).toBeGreaterThanOrEqual(3_600_000 - 1)
})

test('events: an id that no header can hold is refused when it comes', async () => {
  const url = await listen((_, response) => stream(response, 'id: a\u0007b\ndata: 1\n\n'))
  expect(await failure(events(url, { reconnect }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('control character'),
  })
})

test('a wait that begins after the source was let go ends at once', async () => {
  const signal = AbortSignal.abort()
  const context = { clock: new VirtualClock(), signal } as never
  const batches = reading(
    context,
    new URL('http://a'),
    reconnectOf('events', undefined),
    async function* (run) {
      await run.retries.after(new Error('cut'))
      await run.pause.until(1000)
      run.signal.throwIfAborted()
      yield 1
    },
  )
  expect(await batches.next()).toEqual({ done: true, value: undefined })
})

test.each<[string, () => unknown]>([
  ['events, credentials', () => events('http://user:secret@a')],
  ['events, a header', () => events('http://a', { headers: { 'x-key': 'secret\n' + 'x' } })],
  ['pages, a header', () => pages('http://a', { headers: { 'x-key': 'secret\n' + 'x' } })],
  ['pages, the name of a header', () => pages('http://a', { headers: { 'x key': 'secret' } })],
  ['pages, maxPages', () => pages('http://a', { maxPages: 0 })],
  ['webSocket, a header', () => webSocket('ws://a', { headers: { 'x-key': 'secret\n' + 'x' } })],
])('refused when it is made, and nothing secret is told: %s', (_, make) => {
  const { code, message } = ((): { code?: string; message: string } => {
    try {
      make()
      return { message: 'it was made' }
    } catch (error) {
      return error as Error
    }
  })()
  expect([code, message.includes('secret')]).toEqual(['INVALID_OPTION', false])
})
