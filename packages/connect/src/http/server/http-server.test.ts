// A server as source and sink: every request is answered exactly once, whatever the graph does with it; nothing hangs.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { type Run, run, type Term } from '@millrace/core'
import { VirtualClock } from '@millrace/core/testing'
import { filter, fromIterable, map, mapAsync, take } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { ask, many } from '../../../test/http-client.ts'
import {
  type HttpAnswer,
  type HttpRequest,
  type HttpServer,
  type HttpServerOptions,
  type HttpSummary,
  httpServer,
  respond,
} from '../index.ts'

interface Served {
  readonly running: Run<unknown>
  readonly port: number
  /** Stops, and tells what became of the requests. */
  stop(): Promise<HttpSummary>
}

/** A run of a server whose requests go through `middle`. */
async function serve(
  middle: Term<HttpRequest, HttpAnswer>,
  options: Partial<HttpServerOptions> = {},
  clock?: VirtualClock,
): Promise<Served> {
  let server: HttpServer | undefined
  let isRunning: Run<unknown> | undefined
  const port = await new Promise<number>((resolve, reject) => {
    server = httpServer({ port: 0, onListening: (address) => resolve(address.port), ...options })
    const { requests, answers } = server
    isRunning = run(
      requests.pipe(middle, answers),
      clock === undefined ? {} : { clock },
    ) as unknown as Run<unknown>
    isRunning.done.catch(reject)
  })
  const { answers } = server as unknown as HttpServer
  const running = isRunning as unknown as Run<unknown>
  onTestFinished(() => running.cancel('the test is over'))
  return {
    running,
    port,
    stop: async () => {
      await running.stop()
      return (await running.done).result(answers)
    },
  }
}
const echo = () =>
  respond(({ method, path, query, headers, body }) => ({
    body: { method, path, query, type: headers['content-type'], body },
  }))

test('a request is plain data, and its answer what the graph says', async () => {
  const { port, stop } = await serve(echo())
  const { status, headers, body } = await ask(port, '/a%20b?n=1&n=2&m=%C3%A4', {
    method: 'POST',
    headers: { 'content-type': 'text/x' },
    body: 'grüezi',
  })
  expect([status, headers['content-type'], JSON.parse(body)]).toEqual([
    200,
    'application/json',
    { method: 'POST', path: '/a%20b', query: { n: '1', m: 'ä' }, type: 'text/x', body: 'grüezi' },
  ])
  expect(await stop()).toEqual({
    requests: 1,
    answered: 1,
    refused: 0,
    turnedAway: 0,
    tooLarge: 0,
    timedOut: 0,
    unanswered: 0,
    gone: 0,
    late: 0,
  })
})

test.each<[unknown, number, string | undefined, string]>([
  [undefined, 204, undefined, ''],
  [{ body: 'text' }, 200, 'text/plain; charset=utf-8', 'text'],
  [{ body: new TextEncoder().encode('bytes') }, 200, 'application/octet-stream', 'bytes'],
  [{ status: 404, headers: { 'Content-Type': 'text/html' }, body: '<p>' }, 404, 'text/html', '<p>'],
  [{ status: 304, body: 'none' }, 304, 'text/plain; charset=utf-8', ''],
  [{ body: null }, 200, 'application/json', 'null'],
])('the reply %j', async (reply, status, type, body) => {
  const { port } = await serve(respond(() => reply as { status: number }))
  const asked = await ask(port, '/')
  expect([asked.status, asked.headers['content-type'], asked.body]).toEqual([status, type, body])
})

test('bodies as bytes; as text, what is no UTF-8 gets 400', async () => {
  const bytes = Uint8Array.of(255, 0, 128)
  const server = httpServer<Uint8Array>({
    port: 0,
    body: 'bytes',
    onListening: ({ port }) => void ask(port, '/', { method: 'PUT', body: bytes }).then(come),
  })
  let come: (asked: unknown) => void = () => undefined
  const asked = new Promise((resolve) => {
    come = resolve
  })
  await run(
    server.requests.pipe(
      take(1),
      respond(({ body }: HttpRequest<Uint8Array>) => ({ body: [...body] })),
      server.answers,
    ),
  ).done
  expect(await asked).toMatchObject({ status: 200, body: '[255,0,128]' })
  const { port, stop } = await serve(echo())
  expect((await ask(port, '/', { method: 'PUT', body: bytes })).status).toBe(400)
  expect(await stop()).toMatchObject({ requests: 1, refused: 1 })
})

test('each of many requests gets its own answer, also if they leave out of order', async () => {
  const shuffled = mapAsync(
    async ({ id, query }: HttpRequest) => {
      for (let turns = Number(query['n']) % 7; turns > 0; turns--) await new Promise(setImmediate)
      return { id, body: `answer ${query['n']}` }
    },
    { concurrency: 16, ordered: false },
  )
  const { port, stop } = await serve(shuffled)
  const wrong: unknown[] = []
  await many(1000, 64, async (n, agent) => {
    const { body } = await ask(port, `/?n=${n}`, { agent })
    if (body !== `answer ${n}`) wrong.push([n, body])
  })
  expect(wrong).toEqual([])
  expect(await stop()).toMatchObject({ requests: 1000, answered: 1000, late: 0 })
})

test('a body that is too large gets 413, whether its length was announced or not', async () => {
  const { port, stop } = await serve(echo(), { maxBodyBytes: 1000 })
  const body = 'x'.repeat(3_000_000)
  expect((await ask(port, '/', { method: 'POST', body })).status).toBe(413)
  const chunked = { method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } }
  expect((await ask(port, '/', chunked)).status).toBe(413)
  expect((await ask(port, '/', { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200)
  expect(await stop()).toMatchObject({ requests: 3, answered: 1, tooLarge: 2 })
})

test('beyond maxRequests: 503 with Retry-After, at once; then there is room again', async () => {
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let given = 0
  const { port, stop } = await serve(
    mapAsync(async ({ id }: HttpRequest) => {
      given++
      await held
      return { id, body: 'done' }
    }),
    { maxRequests: 3, retryAfterSeconds: 7 },
  )
  const first = [ask(port, '/'), ask(port, '/'), ask(port, '/')]
  await expect.poll(() => given).toBe(3)
  for (const body of [undefined, 'x'.repeat(1_000_000)]) {
    const { status, headers } = await ask(port, '/', body === undefined ? {} : { method: 'POST', body })
    expect([status, headers['retry-after']]).toEqual([503, '7'])
  }
  letGo()
  expect((await Promise.all(first)).map(({ body }) => body)).toEqual(['done', 'done', 'done'])
  expect((await ask(port, '/')).status).toBe(200)
  expect(await stop()).toMatchObject({ requests: 6, answered: 4, turnedAway: 2 })
})

test('what the graph filters out is answered when its time is over', async () => {
  const clock = new VirtualClock()
  const { port, stop } = await serve(
    filter<HttpRequest>(({ path }) => path !== '/no').pipe(echo()),
    { timeoutMs: 500 },
    clock,
  )
  const lost = ask(port, '/no')
  expect((await ask(port, '/yes')).status).toBe(200)
  await clock.advance(500)
  expect((await lost).status).toBe(504)
  expect(await stop()).toMatchObject({ answered: 1, timedOut: 1 })
})

test('with inOrder, as soon as a later one is answered', async () => {
  const { port, stop } = await serve(filter<HttpRequest>(({ path }) => path !== '/no').pipe(echo()), {
    inOrder: true,
    unanswered: { status: 404, body: 'passed over' },
  })
  const lost = ask(port, '/no')
  await expect.poll(async () => (await Promise.race([lost, ask(port, '/yes')])).status).toBe(404)
  expect(await lost).toMatchObject({ status: 404, body: 'passed over' })
  expect(await stop()).toMatchObject({ unanswered: 1 })
})

test('at the end of the stream what has no answer gets one: dead letters, too', async () => {
  const failing = map((request: HttpRequest): HttpAnswer => {
    if (request.path === '/bad') throw new Error('bad')
    return { id: request.id }
  }).onFailure({ onError: 'skip' })
  const { port, stop, running } = await serve(failing)
  const lost = ask(port, '/bad')
  const letter = await new Promise((resolve) => running.once('deadLetter', resolve))
  expect(letter).toMatchObject({ term: 'map' })
  const summary = await stop()
  expect((await lost).status).toBe(500)
  expect(summary).toMatchObject({ requests: 1, unanswered: 1 })
})

test('a fallback answers what fails, at once', async () => {
  const failing = respond(() => {
    throw new Error('bad')
  }).onFailure({ fallback: ({ id }) => ({ id, status: 422, body: 'bad' }) })
  const { port } = await serve(failing)
  expect(await ask(port, '/')).toMatchObject({ status: 422, body: 'bad' })
})

test('a run that fails, or is cancelled, answers 503 to what is under way, and lets go of its port', async () => {
  const failing = map(({ id, path }: HttpRequest): HttpAnswer | undefined => {
    if (path === '/bad') throw new Error('bad')
    return path === '/wait' ? undefined : { id }
  }) as Term<HttpRequest, HttpAnswer>
  const { port, running } = await serve(failing)
  const waiting = ask(port, '/wait')
  expect((await ask(port, '/')).status).toBe(204)
  expect((await ask(port, '/bad')).status).toBe(503)
  expect((await waiting).status).toBe(503)
  await expect(running.done).rejects.toMatchObject({ cause: { message: 'bad' } })
  await expect(ask(port, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('stop: what is under way is answered, what comes is turned away, then it closes', async () => {
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let isGiven = (): void => undefined
  const given = new Promise<void>((resolve) => {
    isGiven = resolve
  })
  const { port, stop } = await serve(
    mapAsync(async ({ id }: HttpRequest) => {
      isGiven()
      await held
      return { id, body: 'in time' }
    }),
  )
  const first = ask(port, '/')
  await given
  const stopped = stop()
  await expect.poll(async () => (await ask(port, '/')).status).toBe(503)
  letGo()
  expect(await first).toMatchObject({ status: 200, body: 'in time', headers: { connection: 'close' } })
  expect(await stopped).toMatchObject({ answered: 1 })
  await expect(ask(port, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a client that goes away is counted, and its answer dropped', async () => {
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let given = 0
  const { port, stop } = await serve(
    mapAsync(async ({ id }: HttpRequest) => {
      given++
      await held
      return { id }
    }),
    { maxRequests: 1 },
  )
  const leave = new AbortController()
  const asked = ask(port, '/', { signal: leave.signal })
  await expect.poll(() => given).toBe(1)
  leave.abort()
  await expect(asked).rejects.toMatchObject({ code: 'ABORT_ERR' })
  // its place is free again
  const second = (async () => {
    for (;;) {
      const answer = await ask(port, '/')
      if (answer.status !== 503) return answer
    }
  })()
  await expect.poll(() => given).toBe(2)
  letGo()
  expect((await second).status).toBe(204)
  expect(await stop()).toMatchObject({ gone: 1, late: 1, answered: 1 })
})

test('a body that does not come in time gets 408', async () => {
  const clock = new VirtualClock()
  const { port, stop } = await serve(echo(), { timeoutMs: 500 }, clock)
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
  await expect
    .poll(async () => {
      await clock.advance(500)
      return text
    })
    .toMatch(/^HTTP\/1.1 408 /)
  socket.end()
  await once(socket, 'close')
  expect(await stop()).toMatchObject({ timedOut: 1 })
})

test('refuse answers before the graph; what it throws fails the run', async () => {
  const { port, stop } = await serve(echo(), {
    refuse: ({ path }) => (path === '/' ? undefined : { status: 404, body: 'not here' }),
  })
  expect((await ask(port, '/')).status).toBe(200)
  expect(await ask(port, '/other')).toMatchObject({ status: 404, body: 'not here' })
  expect(await stop()).toMatchObject({ answered: 1, refused: 1 })
  const failing = await serve(echo(), {
    refuse: () => {
      throw new Error('a slip')
    },
  })
  expect((await ask(failing.port, '/')).status).toBe(500)
  await expect(failing.running.done).rejects.toMatchObject({ cause: { message: 'a slip' } })
})

test.each<[string, HttpAnswer]>([
  ['no such request', { id: 'made up' }],
  ['a status that is none', { id: '', status: 99 }],
  ['a header that cannot be sent', { id: '', headers: { 'x-a': 'a\nb' } }],
  ['a body that is no JSON', { id: '', body: 1n }],
])('a faulty answer fails the run, and its client hears of it: %s', async (_, answer) => {
  const { port, running } = await serve(map(({ id }: HttpRequest) => ({ ...answer, id: answer.id || id })))
  const asked = ask(port, '/')
  await expect(running.done).rejects.toMatchObject({ term: 'answers', cause: { code: 'BAD_INPUT' } })
  expect((await asked).status).toBe(answer.id === '' ? 500 : 503)
})

test('a port that is taken, an address of another machine, a bad certificate: explained before anything starts', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const failures: unknown[] = []
  for (const options of [
    { port },
    { port: 0, host: '192.0.2.1' },
    { port: 0, host: 'no-such-host.invalid' },
    { port: 0, tls: { key: 'none', cert: 'none' } },
  ]) {
    const { requests, answers } = httpServer(options)
    const started: string[] = []
    const r = run(requests.pipe(echo(), answers))
    r.on('start', () => started.push('start'))
    await r.done.catch(({ phase, cause }) =>
      failures.push([phase, cause.code, cause.message, started.length]),
    )
  }
  expect(failures).toEqual([
    ['enter', 'CANNOT_LISTEN', expect.stringMatching(/EADDRINUSE.*another port/), 0],
    ['enter', 'CANNOT_LISTEN', expect.stringMatching(/EADDRNOTAVAIL.*no such address/), 0],
    ['enter', 'CANNOT_LISTEN', expect.stringMatching(/no address of this name/), 0],
    ['enter', 'CANNOT_LISTEN', expect.stringMatching(/Look at host, port and tls/), 0],
  ])
})

test('one end alone is refused', async () => {
  const server = httpServer({ port: 0 })
  await expect(run(server.requests.pipe(echo())).done).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('webhook()') },
  })
  await expect(run(fromIterable([{ id: 'a' }]).pipe(server.answers)).done).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
})

test.each([
  { port: -1 },
  { port: 70_000 },
  { port: 1, maxRequests: 0 },
  { port: 1, timeoutMs: -1 },
  { port: 1, maxBodyBytes: 1.5 },
  { port: 1, unanswered: { status: 1 } },
  { port: 1, body: 'json' },
  { port: 1, hots: 'x' },
  { port: 1, tls: { key: 'a' } },
])('%j is refused', (options) => {
  expect(() => httpServer(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
