// Servers when things go wrong: connections that break or say nothing, slow clients, runs that stop early, faulty answers.

import { EventEmitter, once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { run, type Term } from '@millrace/core'
import { VirtualClock } from '@millrace/core/testing'
import { collect, flatMap, fromAsyncIterable, map, mapAsync } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { certificate } from '../../../test/certificate.ts'
import { ask } from '../../../test/http-client.ts'
import {
  type HttpAnswer,
  type HttpRequest,
  type HttpServerOptions,
  httpServer,
  respond,
  serveEvents,
  webhook,
} from '../index.ts'
import { readBody } from './body.ts'
import { Listener } from './listen.ts'
import { deskPlanOf } from './options.ts'
import { RequestDesk } from './request-desk.ts'

/** A promise, and how to resolve it. */
function deferred<T = void>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** A run of a server whose requests go through `middle`. */
async function serve(middle: Term<HttpRequest, HttpAnswer>, options: Partial<HttpServerOptions> = {}) {
  const listening = deferred<number>()
  const { requests, answers } = httpServer({
    port: 0,
    onListening: ({ port }) => listening.resolve(port),
    ...options,
  })
  const running = run(requests.pipe(middle, answers))
  onTestFinished(() => running.cancel('the test is over'))
  const stop = async () => {
    await running.stop()
    return (await running.done).result(answers)
  }
  return { running, port: await listening.promise, stop }
}

/** Answers nothing until it is let go. */
function held() {
  const { promise, resolve } = deferred()
  const came: string[] = []
  const middle = mapAsync(
    async ({ id, path }: HttpRequest): Promise<HttpAnswer> => {
      came.push(path)
      await promise
      return { id, body: path }
    },
    { concurrency: 8 },
  )
  return { middle, came, letGo: resolve }
}

const pipelined = (...paths: string[]): string =>
  paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')

test('requests that share a connection all end with it, also those behind the first', async () => {
  const { middle, letGo } = held()
  let seen = 0
  const { port, stop } = await serve(middle, {
    maxRequests: 20,
    refuse: () => {
      seen++
      return undefined
    },
  })
  const socket = connect(port, '127.0.0.1')
  socket.write(pipelined(...Array.from({ length: 20 }, (_, n) => `/${n}`)))
  await expect.poll(() => seen).toBe(20)
  expect((await ask(port, '/full')).status).toBe(503)
  socket.destroy()
  // their places are free again
  const again = (async () => {
    for (;;) {
      const { status } = await ask(port, '/again')
      if (status !== 503) return status
    }
  })()
  await expect.poll(() => seen).toBe(21)
  letGo()
  expect(await again).toBe(200)
  expect(await stop()).toMatchObject({ gone: 20, answered: 1, unanswered: 0 })
})

test('events: clients that share a connection all leave with it', async () => {
  const listening = deferred<number>()
  const sink = serveEvents({ port: 0, maxClients: 2, onListening: ({ port }) => listening.resolve(port) })
  const { promise: over, resolve: end } = deferred()
  const running = run(
    fromAsyncIterable(async function* (): AsyncGenerator<{ data: number }> {
      await over
    }).pipe(sink) as Term<never, never>,
  )
  onTestFinished(() => running.cancel('the test is over'))
  const port = await listening.promise
  const socket = connect(port, '127.0.0.1')
  socket.write(pipelined('/', '/'))
  await expect.poll(async () => statusOf(port)).toBe(503)
  socket.destroy()
  await expect.poll(async () => statusOf(port)).toBe(200)
  end()
  await running.done
})

/** Of an answer that does not end. */
function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      resolve(response.statusCode)
      response.destroy()
    }).on('error', reject)
  })
}

test('stop: what has been read ahead, and has not entered the graph, gets 503 with Retry-After', async () => {
  const { promise, resolve: letGo } = deferred()
  const entered: string[] = []
  const slow = map(async ({ id, path }: HttpRequest): Promise<HttpAnswer> => {
    entered.push(path)
    await promise
    return { id }
  })
  let seen = 0
  const { port, stop } = await serve(slow, {
    retryAfterSeconds: 7,
    refuse: () => {
      seen++
      return undefined
    },
  })
  const first = ask(port, '/0')
  await expect.poll(() => entered).toEqual(['/0'])
  const others = Array.from({ length: 9 }, (_, n) => ask(port, `/${n + 1}`))
  await expect.poll(() => seen).toBe(10)
  const stopped = stop()
  const all = await Promise.all(others)
  expect(all.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(
    all.map(() => [503, '7']),
  )
  letGo()
  expect((await first).status).toBe(204)
  expect(await stopped).toMatchObject({ answered: 1, turnedAway: 9, unanswered: 0 })
})

test('webhook: whoever was told 202 is in the graph, also if the run stops early', async () => {
  const listening = deferred<number>()
  const { promise, resolve: letGo } = deferred()
  let entered = 0
  const sink = collect<string>()
  const running = run(
    webhook({ port: 0, onListening: ({ port }) => listening.resolve(port) }).pipe(
      map(async ({ body }: HttpRequest) => {
        entered++
        await promise
        return body
      }),
      sink,
    ),
  )
  onTestFinished(() => running.cancel('the test is over'))
  const port = await listening.promise
  const posted = Array.from({ length: 10 }, (_, n) => ask(port, '/', { method: 'POST', body: String(n) }))
  await expect.poll(() => entered).toBe(1)
  const stopped = running.stop()
  letGo()
  await stopped
  const told = (await Promise.all(posted)).map(({ status }, n) => [status, String(n)] as const)
  const taken = told.filter(([status]) => status === 202).map(([, n]) => n)
  const got = (await running.done).result(sink)
  expect([...got].sort()).toEqual(taken)
  expect(told.filter(([status]) => status !== 202 && status !== 503)).toEqual([])
})

test('a connection to a TLS server that says nothing does not keep it from stopping', async () => {
  const { port, stop } = await serve(
    respond(() => undefined),
    { tls: certificate() },
  )
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  await stop()
  if (!socket.closed) await once(socket, 'close')
})

test('stop waits for a client that reads a long answer slowly', async () => {
  const body = new Uint8Array(32 * 1024 * 1024)
  const { promise: answered, resolve } = deferred()
  const { port, stop } = await serve(
    respond(() => {
      resolve()
      return { body }
    }),
  )
  const response = await new Promise<IncomingMessage>((come, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, come).on('error', reject)
  })
  await answered
  const stopped = stop()
  // longer than clean-up would wait; the limit of the request itself is 30 s
  await new Promise((later) => setTimeout(later, 3000))
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length
  expect(bytes).toBe(body.length)
  expect(await stopped).toMatchObject({ answered: 1 })
})

test('requests have the limit that they are given, and none of Node, which would be shorter', async () => {
  let limit: number | undefined
  const listener = await Listener.open(
    { port: 0 },
    ({ socket }, response) => {
      limit = (socket as unknown as { server: { requestTimeout: number } }).server.requestTimeout
      response.end()
    },
    () => undefined,
  )
  await ask(listener.address.port, '/')
  await listener.close(Promise.resolve())
  expect(limit).toBe(0)
})

test('a body is copied as it comes: its chunks, which take more than their bytes, are let go', () => {
  const request = Object.assign(new EventEmitter(), { headers: {} })
  let whole: Buffer | undefined
  readBody(
    request as unknown as IncomingMessage,
    1000,
    (body) => {
      whole = body
    },
    () => undefined,
  )
  const chunk = Buffer.alloc(1)
  for (let n = 0; n < 1000; n++) {
    chunk[0] = n
    request.emit('data', chunk)
  }
  request.emit('end')
  expect([...(whole as Buffer)]).toEqual(Array.from({ length: 1000 }, (_, n) => n % 256))
})

test('headers that were passed on from another answer do not contradict its length', async () => {
  const headers = {
    'Transfer-Encoding': 'chunked',
    Trailer: 'x',
    'Content-Length': '7',
    Connection: 'keep-alive, x-hop',
    'X-Kept': 'yes',
  }
  const { port } = await serve(respond(() => ({ headers, body: 'text' })))
  const answer = await ask(port, '/')
  expect(answer.body).toBe('text')
  expect(answer.headers).toMatchObject({ 'content-length': '4', 'x-kept': 'yes' })
  expect([answer.headers['transfer-encoding'], answer.headers['trailer']]).toEqual([undefined, undefined])
})

test.each<[string, unknown]>([
  ['a Map', new Map([[1, 2]])],
  ['a Set within', { rows: [new Set([1])] }],
  ['an ArrayBuffer', new ArrayBuffer(8)],
  ['NaN', { total: Number.NaN }],
  ['an Error', { error: new Error('lost') }],
])('what JSON would leave out fails the run: %s', async (_, body) => {
  const { port, running } = await serve(respond(() => ({ body })))
  const asked = ask(port, '/')
  await expect(running.done).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
  expect((await asked).status).toBe(500)
  const events = serveEvents({ port: 0 })
  const sent = run(
    fromAsyncIterable(async function* () {
      yield { data: body }
    }).pipe(events) as Term<never, never>,
  )
  await expect(sent.done).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
})

test('headers of events that cannot be sent are refused', () => {
  expect(() => serveEvents({ port: 0, headers: { 'x-a': 'a\nb' } })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})

test('an onListening whose promise rejects fails the run', async () => {
  const onListening = async (): Promise<void> => {
    throw new Error('a slip')
  }
  const { requests, answers } = httpServer({ port: 0, onListening })
  const failed = { cause: { message: 'a slip' } }
  await expect(
    run(
      requests.pipe(
        respond(() => undefined),
        answers,
      ),
    ).done,
  ).rejects.toMatchObject(failed)
  await expect(run(webhook({ port: 0, onListening }).pipe(collect())).done).rejects.toMatchObject(failed)
  const events = fromAsyncIterable(async function* () {
    await new Promise(setImmediate)
    yield { data: 1 }
  }).pipe(serveEvents({ port: 0, onListening })) as Term<never, never>
  await expect(run(events).done).rejects.toMatchObject(failed)
})

test('what refuse throws is told before the requests that wait', async () => {
  const listening = deferred<number>()
  let seen = 0
  const plan = deskPlanOf('httpServer', {
    port: 0,
    onListening: ({ port }) => listening.resolve(port),
    refuse: (({ path }: HttpRequest) => {
      seen++
      if (path === '/slip') throw new Error('a slip')
      return undefined
    }) as never,
  })
  const desk = await RequestDesk.open(plan, new VirtualClock())
  const port = await listening.promise
  const waiting = ask(port, '/')
  await expect.poll(() => seen).toBe(1)
  expect((await ask(port, '/slip')).status).toBe(500)
  await expect(desk.take(1)).rejects.toThrow('a slip')
  await desk.close()
  expect((await waiting).status).toBe(503)
})

test.each<[string, (id: string) => string[]]>([
  ['a second answer to one request', (id) => [id, id]],
  ['an id without its number', (id) => [id.replace(/\d+$/, '')]],
  ['an id with another spelling of its number', (id) => [`${id}.0`]],
])('%s fails the run', async (_, idsOf) => {
  const twice = flatMap(({ id }: HttpRequest) => idsOf(id).map((to): HttpAnswer => ({ id: to })))
  const { port, running } = await serve(twice)
  const asked = ask(port, '/')
  await expect(running.done).rejects.toMatchObject({ term: 'answers', cause: { code: 'BAD_INPUT' } })
  expect((await asked).status).toBeGreaterThan(200)
})
