// A WebSocket as source and sink: held back both ways, connected again, never twice what came once.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { reasonAgainst, run, type Term } from '@millrace/core'
import { collect, forEach, fromIterable, map, take, toArray } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { certificate } from '../../../test/certificate.ts'
import { Relay } from '../../../test/relay.ts'
import { webSocket } from '../index.ts'

async function serve(
  onConnection: (socket: WebSocket, connection: number) => void,
  options: ServerOptions = {},
  http: Server = createServer(),
): Promise<number> {
  const server = new WebSocketServer({ server: http, ...options })
  let connections = 0
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    onConnection(socket, ++connections)
  })
  http.listen(0, '127.0.0.1')
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
    http.close()
  })
  await once(http, 'listening')
  return (http.address() as AddressInfo).port
}

const address = (port: number): string => `ws://127.0.0.1:${port}/`
const reconnect = { delayMs: 1, maxFailures: 3 }
const failure = (term: Term<never, unknown>) =>
  run(term)
    .done.then(() => undefined)
    .catch(({ cause }) => cause)

test('texts and bytes both ways, over one connection; 1000 is the end', async () => {
  let connections = 0
  const port = await serve((socket, connection) => {
    connections = connection
    socket.send('text')
    socket.send(Uint8Array.of(1, 2))
    let echoes = 0
    socket.on('message', (data, isBinary) => {
      socket.send(data, { binary: isBinary })
      if (++echoes === 2) socket.close(1000)
    })
  })
  const { messages, send } = webSocket(address(port))
  const came = collect()
  let left = 2
  const first = map((message: string | Uint8Array) => (left-- > 0 ? message : undefined)) as never
  const running = run(
    messages.parallel(came, (first as ReturnType<typeof map>).pipe(send as never)) as Term<never, never>,
  )
  const summary = await running.done
  expect(summary.result(came)).toEqual(['text', Uint8Array.of(1, 2), 'text', Uint8Array.of(1, 2)])
  expect([summary.result(send), connections]).toEqual([{ messages: 2 }, 1])
})

test('20 cuts and a server that is away: what comes is in order, and nothing comes twice', async () => {
  let sent = 0
  const port = await serve((socket) => {
    const next = (): void => {
      if (socket.readyState !== socket.OPEN) return
      socket.send(String(sent++))
      setImmediate(next)
    }
    next()
  })
  const relay = await Relay.to({ host: '127.0.0.1', port })
  onTestFinished(() => relay.close())
  const { messages } = webSocket(address(relay.port), { reconnect: { delayMs: 1 } })
  const came: number[] = []
  let cuts = 0
  for await (const message of run(messages).output()) {
    came.push(Number(message))
    if (came.length % 50 !== 0) continue
    if (cuts++ === 20) break
    if (cuts % 7 === 0) {
      relay.away()
      setTimeout(() => relay.back(), 20)
    } else relay.cut()
  }
  expect(came).toEqual([...new Set(came)].sort((a, b) => a - b))
  expect(relay.connections).toBeGreaterThan(20)
})

test('the sink connects again and goes on', async () => {
  const got: string[] = []
  const port = await serve((socket, connection) => {
    socket.on('message', (data) => {
      got.push(String(data))
      if (connection < 4 && got.length % 100 === 0) socket.close(1012)
    })
  })
  const items = Array.from({ length: 2000 }, (_, n) => String(n))
  const slow = map(async (item: string) => {
    await new Promise(setImmediate)
    return item
  })
  const { send } = webSocket(address(port), { reconnect })
  const { result } = await run(fromIterable(items).pipe(slow, send)).done
  expect(result(send)).toEqual({ messages: 2000 })
  await expect.poll(() => got.at(-1)).toBe('1999')
  expect(got.map(Number)).toEqual([...new Set(got.map(Number))].sort((a, b) => a - b))
})

test('a graph that does not read holds back the other side', async () => {
  let server: WebSocket | undefined
  const size = 10_000
  const port = await serve((socket) => {
    server = socket
    for (let n = 0; n < 5000; n++) socket.send(String(n).padEnd(size))
  })
  const { messages } = webSocket(address(port), { prefetch: 8 })
  const output = run(messages.pipe(take(5000)), { edges: { capacityItems: 8 }, batchItems: 8 }).output()
  await output.next()
  let [before, now] = [-1, server?.bufferedAmount ?? 0]
  while (before !== now) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    ;[before, now] = [now, server?.bufferedAmount ?? 0]
  }
  // all but what sockets hold
  expect(now).toBeGreaterThan(2000 * size)
  let rest = 1
  for await (const message of output) expect(Number(message)).toBe(rest++)
  expect(rest).toBe(5000)
})

test('another side that does not read holds back the graph', async () => {
  let letGo: () => void = () => undefined
  let got = 0
  const port = await serve((socket) => {
    socket.pause()
    letGo = () => socket.resume()
    socket.on('message', () => got++)
  })
  let taken = 0
  const counted = map((n: number) => {
    taken++
    return String(n).padEnd(100_000)
  })
  const { send } = webSocket(address(port), { maxBufferedBytes: 200_000 })
  const running = run(
    fromIterable(Array.from({ length: 1000 }, (_, n) => n)).pipe(counted, send.edge({ capacityItems: 2 })),
  )
  let before = -1
  while (before !== taken || taken === 0) {
    before = taken
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  expect(taken).toBeLessThan(900)
  letGo()
  await running.done
  await expect.poll(() => got).toBe(1000)
})

test('a connection that answers no ping counts as lost', async () => {
  const port = await serve(
    (socket, connection) => {
      if (connection > 2) socket.send('at last')
    },
    { autoPong: false },
  )
  const { messages } = webSocket(address(port), { pingMs: 20, reconnect })
  expect(await toArray(messages.pipe(take(1)))).toEqual(['at last'])
})

test.each([
  ['401', 401, { code: 'CONNECTION_DENIED', message: /authorization/ }],
  ['503', 503, { code: 'CONNECTION_LOST', message: /status 503.*maxFailures/ }],
])('a handshake that is answered with %s', async (_, code, { message, ...expected }) => {
  const port = await serve(() => undefined, { verifyClient: (_info, done) => done(false, code) })
  for (const term of [
    webSocket(address(port), { reconnect }).messages,
    fromIterable(['a']).pipe(webSocket(address(port), { reconnect }).send),
  ]) {
    expect(await failure(term as Term<never, unknown>)).toMatchObject({
      ...expected,
      message: expect.stringMatching(message),
    })
  }
})

test('a message that is too long, and a close for breaking the rules', async () => {
  const port = await serve((socket) => socket.send('x'.repeat(200)))
  const error = await failure(webSocket(address(port), { maxMessageBytes: 100, reconnect }).messages)
  expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('maxMessageBytes') })
  const strict = await serve((socket) => socket.close(1008, 'no token'))
  expect(await failure(webSocket(address(strict), { reconnect }).messages)).toMatchObject({
    code: 'CONNECTION_DENIED',
    message: expect.stringContaining('no token'),
  })
})

test('TLS: a certificate that nobody vouches for, one that is named, and a server without', async () => {
  const port = await serve(
    (socket) => socket.send('safe'),
    {},
    createTlsServer(certificate()) as unknown as Server,
  )
  const url = `wss://127.0.0.1:${port}/`
  expect(await failure(webSocket(url, { reconnect }).messages)).toMatchObject({ code: 'CONNECTION_DENIED' })
  const trusting = webSocket(url, { ca: certificate().cert }).messages
  expect(await toArray(trusting.pipe(take(1)))).toEqual(['safe'])
  const plain = await serve(() => undefined)
  expect(await failure(webSocket(`wss://127.0.0.1:${plain}/`, { reconnect }).messages)).toMatchObject({
    code: 'CONNECTION_DENIED',
    message: expect.stringContaining('does not speak TLS'),
  })
})

test('a run that is stopped or cancelled closes its connection', async () => {
  const closed: Promise<unknown>[] = []
  const port = await serve((socket) => void closed.push(once(socket, 'close')))
  const running = run(webSocket(address(port)).messages.pipe(forEach(() => undefined)))
  await expect.poll(() => closed.length).toBe(1)
  await running.stop()
  await running.done
  await closed[0]
  const other = run(webSocket(address(port)).messages.pipe(forEach(() => undefined)))
  await expect.poll(() => closed.length).toBe(2)
  await other.cancel('enough')
  await closed[1]
})

test('options that make no sense, and checkpoints, are refused', () => {
  for (const make of [
    () => webSocket('http://a'),
    () => webSocket('ws://a', { pingMs: 0 }),
    () => webSocket('ws://a', { protocols: 'a' as never }),
    () => webSocket('ws://a', { prefetsch: 1 } as never),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
  expect(reasonAgainst({ leaf: webSocket('ws://a').messages as never })).toContain('queue')
})
