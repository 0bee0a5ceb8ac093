// What `pages` and `events` make of answers that are not good, of limits of rate, of certificates; where they go on.

import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { run, type Term } from '@millrace/core'
import { freePort } from '@millrace/core/files'
import { MemoryStore, settle, VirtualClock } from '@millrace/core/testing'
import { collect, map, take, toArray } from '@millrace/terms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { certificate } from '../../../test/certificate.ts'
import { cursor, events, linkHeader, pageNumber, pages } from '../index.ts'

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

describe('pages', () => {
  const list = (url: URL, page: string, pagesInAll = 3): string[] =>
    Number(page) > pagesInAll ? [] : [`${url.pathname} ${page}a`, `${url.pathname} ${page}b`]
  const api = () =>
    listen((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost')
      const at = url.searchParams
      if (url.pathname === '/cursor') {
        const page = at.get('after') ?? '1'
        const next = page === '3' ? {} : { next: Number(page) + 1 }
        response.end(JSON.stringify({ data: list(url, page), ...next }))
      } else response.end(JSON.stringify(list(url, at.get('p') ?? '0', 2)))
    })

  test('by a cursor in the body, and by numbers until a page has no items', async () => {
    const url = await api()
    interface Body {
      readonly data: string[]
      readonly next?: number
    }
    const byCursor = pages<string>(`${url}/cursor?size=2`, {
      next: cursor('after', (body: Body) => body.next),
      items: ({ body }) => (body as Body).data,
    })
    expect(await toArray(byCursor)).toEqual(
      ['1a', '1b', '2a', '2b', '3a', '3b'].map((item) => `/cursor ${item}`),
    )
    const byNumber = pages<string>(`${url}/n`, { next: pageNumber('p', 0) })
    expect(await toArray(byNumber)).toEqual(['0a', '0b', '1a', '1b', '2a', '2b'].map((item) => `/n ${item}`))
  })

  test.each([
    ['<https://a/b?page=2>; rel="next"', 'https://a/b?page=2'],
    ['<?page=2>; rel=next', 'https://a/b?page=2'],
    ['<x>; rel="prev first", <y,z>; title="a, b; rel=next"; rel="last NEXT"', 'https://a/y,z'],
    ['<x>; rel="nextish"', undefined],
    ['', undefined],
  ])('the header Link: %s', (link, next) => {
    expect(
      linkHeader()({ url: 'https://a/b', number: 1, status: 200, headers: { link }, body: [] }, []),
    ).toBe(next)
  })

  test('429 and 503 are waited for as Retry-After says; other failures with backoff', async () => {
    const clock = new VirtualClock()
    const asked: number[] = []
    const url = await listen((_, response) => {
      asked.push(clock.monotonic())
      if (asked.length === 1) response.writeHead(429, { 'retry-after': '7' }).end()
      else if (asked.length === 2) {
        response.writeHead(503, { 'retry-after': new Date(clock.now() + 5000).toUTCString() }).end()
      } else if (asked.length === 3) response.writeHead(500).end()
      else response.end('["there"]')
    })
    const sink = collect<string>()
    const running = run(pages<string>(url, { reconnect: { delayMs: 100 } }).pipe(sink), { clock })
    let isOver = false
    void running.done.finally(() => {
      isOver = true
    })
    while (!isOver) {
      await clock.advance(50)
      await new Promise((resolve) => setTimeout(resolve, 1))
      await settle()
    }
    expect((await running.done).result(sink)).toEqual(['there'])
    const [first = 0, second = 0, third = 0, fourth = 0] = asked
    expect(second - first).toBeGreaterThanOrEqual(7000)
    // a date has whole seconds
    expect(third - second).toBeGreaterThanOrEqual(4000)
    // the third failure in a row, less the jitter
    expect(fourth - third).toBeGreaterThanOrEqual(200)
  })

  test('each server that is away, or cuts what it says, is tried up to the limit', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('[1,')
      setImmediate(() => response.destroy())
    })
    expect(await failure(pages(url, { reconnect }))).toMatchObject({ code: 'CONNECTION_LOST', failures: 3 })
    expect(await failure(pages(`http://127.0.0.1:${await freePort()}/`, { reconnect }))).toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test.each<[string, RequestListener, object]>([
    [
      '401',
      (_, response) => response.writeHead(401).end(),
      { code: 'CONNECTION_DENIED', message: /authorization/ },
    ],
    ['403', (_, response) => response.writeHead(403).end(), { code: 'CONNECTION_DENIED', message: /rights/ }],
    ['404', (_, response) => response.writeHead(404).end(), { code: 'CONNECTION_DENIED', message: /path/ }],
    ['no JSON', (_, response) => response.end('<html>'), { code: 'BAD_INPUT', message: /no JSON/ }],
    [
      'no list',
      (_, response) => response.end('{"a":1}'),
      { code: 'BAD_INPUT', message: /Say where it is: items/ },
    ],
    [
      'too long',
      (_, response) => response.end(`["${'x'.repeat(200)}"]`),
      { code: 'BAD_INPUT', message: /maxBytes/ },
    ],
    [
      'the same page again',
      (_, response) => response.setHeader('link', '</>; rel=next').end('[1]'),
      { code: 'BAD_INPUT', message: /another page/ },
    ],
    [
      'a page of another server, which would get the credentials',
      (_, response) => response.setHeader('link', '<http://127.0.0.2:1/>; rel=next').end('[1]'),
      { code: 'BAD_INPUT', message: /of the same server/ },
    ],
  ])('%s', async (_, onRequest, { code, message }: any) => {
    const url = `${await listen(onRequest)}/?token=secret`.replace('/?token', '/?token')
    const error = await failure(pages(url.replace('?token=secret', ''), { reconnect, maxBytes: 100 }))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('a run goes on at the page that it was in, also behind an empty one', async () => {
    const asked: string[] = []
    const url = await listen(({ url: path = '' }, response) => {
      asked.push(path)
      const page = Number(new URL(path, 'http://localhost').searchParams.get('page') ?? 1)
      if (page < 6) response.setHeader('link', `</?page=${page + 1}>; rel="next"`)
      response.end(JSON.stringify(page === 3 ? [] : [`${page}a`, `${page}b`, `${page}c`]))
    })
    const store = new MemoryStore()
    let fails = true
    const graph = () => {
      const sink = collect<string>()
      const middle = map(async (item: string) => {
        await new Promise(setImmediate)
        if (fails && item === '5b') throw new Error('power cut')
        return item
      })
      return { sink, term: pages<string>(url).pipe(middle, sink) }
    }
    const options = { checkpoint: { store, everyItems: 1 } }
    await expect(run(graph().term, options).done).rejects.toMatchObject({ cause: { message: 'power cut' } })
    fails = false
    asked.length = 0
    const { sink, term } = graph()
    const { result } = await run(term, options).done
    expect(result(sink)).toEqual(
      [1, 2, 4, 5, 6].flatMap((page) => ['a', 'b', 'c'].map((item) => page + item)),
    )
    expect(asked).not.toContain('/')
  })
})

describe('events', () => {
  const stream = (response: ServerResponse, text: string): ServerResponse => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(text)
    return response
  }

  test('it reconnects behind the last id, after the time that the server says, until 204', async () => {
    const seen: unknown[] = []
    const url = await listen((request, response) => {
      seen.push(request.headers['last-event-id'])
      if (seen.length === 1) stream(response, 'retry: 1\nid: grüße\ndata: 1\n\ndata: lost').end()
      else if (seen.length === 2) stream(response, 'id: 2\ndata: 2\n\n').end()
      else if (seen.length === 3) response.writeHead(503).end()
      else response.writeHead(204).end()
    })
    const came = await toArray(events(url, { reconnect }))
    expect(came.map(({ data }) => data)).toEqual(['1', '2'])
    expect([seen[0], Buffer.from(String(seen[1]), 'latin1').toString(), ...seen.slice(2)]).toEqual([
      undefined,
      'grüße',
      '2',
      '2',
    ])
  })

  test.each<[string, RequestListener, object]>([
    [
      '401',
      (_, response) => response.writeHead(401).end(),
      { code: 'CONNECTION_DENIED', message: /authorization/ },
    ],
    [
      'a page',
      (_, response) => response.end('<html>'),
      { code: 'BAD_INPUT', message: /not with text\/event-stream/ },
    ],
    [
      'too long',
      (_, response) => stream(response, `data: ${'x'.repeat(200)}`),
      { code: 'BAD_INPUT', message: /maxEventBytes/ },
    ],
    [
      '500 again and again',
      (_, response) => response.writeHead(500).end(),
      { code: 'CONNECTION_LOST', message: /status 500/ },
    ],
  ])('%s', async (_, onRequest, { code, message }: any) => {
    const error = await failure(events(await listen(onRequest), { reconnect, maxEventBytes: 100 }))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('a connection without a byte for too long is given up, and another one is made', async () => {
    let connections = 0
    const url = await listen((_, response) => {
      connections++
      if (connections < 3) stream(response, ': hello\n\n')
      else stream(response, 'data: at last\n\n')
    })
    const [event] = await toArray(events(url, { reconnect, idleMs: 20 }).pipe(take(1)))
    expect([event?.data, connections]).toEqual(['at last', 3])
  })

  test('without ids it goes on from a checkpoint only if it may', async () => {
    const url = await listen((_, response) => stream(response, 'data: 1\n\ndata: 2\n\n'))
    const options = (store: MemoryStore) => ({ checkpoint: { store, everyItems: 1 } })
    const store = new MemoryStore()
    const graph = (live: boolean, last: string) =>
      events(url, { live, reconnect }).pipe(
        map(async ({ data }) => {
          await new Promise(setImmediate)
          if (data === last) throw new Error('power cut')
          return data
        }),
        take(1000),
      )
    const first = run(graph(false, '2'), options(store))
    const written = new Promise((resolve) => first.on('checkpoint', resolve))
    await expect(first.done).rejects.toMatchObject({ cause: { message: 'power cut' } })
    await written
    const again = run(graph(false, '2'), options(store))
    const failed = await again.done.catch((error) => error)
    expect(failed.cause.message).toMatch(/no ids|power cut/)
  })

  test('a run that needs no more lets go of its connection at once', async () => {
    const closed: Promise<unknown>[] = []
    const url = await listen((request, response) => {
      closed.push(once(request.socket, 'close'))
      stream(response, 'data: 1\n\n')
    })
    await toArray(events(url).pipe(take(1)))
    await Promise.all(closed)
    const running = run(events(url).pipe(collect()))
    await expect.poll(() => closed.length).toBe(2)
    await running.stop()
    await running.done
    await Promise.all(closed)
  })
})

describe('TLS', () => {
  test.each([
    ['pages', (url: string) => pages(url, { reconnect })],
    ['events', (url: string) => events(url, { reconnect })],
  ])('a certificate that nobody vouches for, and a server without: %s', async (_, source) => {
    const server = createTlsServer(certificate(), (_request, response) => response.end('[]')).listen(
      0,
      '127.0.0.1',
    )
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await failure(source(`https://127.0.0.1:${port}/`))).toMatchObject({
      code: 'CONNECTION_DENIED',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
    const plain = await listen((_request, response) => response.end('[]'))
    expect(await failure(source(plain.replace('http:', 'https:')))).toMatchObject({
      code: 'CONNECTION_DENIED',
      message: expect.stringContaining('does not speak TLS'),
    })
  })
})

test.each([
  () => pages('ftp://a'),
  () => pages('http://user:secret@a'),
  () => pages('http://a', { next: 1 as never }),
  () => pages('http://a', { timeoutMs: 0 }),
  () => pages('http://a', { maxByte: 0 } as never),
  () => pages('http://a', { headers: { a: 1 } as never }),
  () => pages('http://a', { reconnect: { maxFailures: 0 } }),
  () => events('no address'),
  () => events('http://a', { idleMs: -1 }),
  () => cursor('', () => ''),
  () => pageNumber('p', 0.5),
])('%s is refused', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
