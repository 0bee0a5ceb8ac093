// Events go to all who listen, each in order; who is slow is cut off or waited for; memory is bounded; nothing hangs.

import { get } from 'node:http'
import { connect } from 'node:net'
import { run, type Term } from '@millrace/core'
import { fromAsyncIterable, map, take, toArray } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../../../test/http-client.ts'
import { Relay } from '../../../test/relay.ts'
import { type EventItem, events, type ServeEventsOptions, serveEvents } from '../index.ts'

/** A list that grows by hand, as a source. */
class Feed {
  readonly #items: EventItem[] = []
  #wake: () => void = () => undefined
  #hasEnded = false

  add(...items: EventItem[]): void {
    this.#items.push(...items)
    this.#wake()
  }

  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  async *read(): AsyncGenerator<EventItem> {
    for (;;) {
      yield* this.#items.splice(0)
      if (this.#hasEnded) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

async function serve(options: Partial<ServeEventsOptions> = {}) {
  const feed = new Feed()
  let listening: (port: number) => void = () => undefined
  const port = new Promise<number>((resolve) => {
    listening = resolve
  })
  const sink = serveEvents({ port: 0, onListening: (at) => listening(at.port), ...options })
  const running = run(fromAsyncIterable(() => feed.read()).pipe(sink) as Term<never, never>)
  onTestFinished(() => running.cancel('the test is over'))
  return {
    feed,
    port: await port,
    end: async () => {
      feed.end()
      return (await running.done).result(sink)
    },
  }
}

const items = (from: number, to: number): EventItem[] =>
  Array.from({ length: to - from }, (_, n) => ({ id: `n${from + n}`, data: from + n }))
const address = (port: number) => `http://127.0.0.1:${port}/`

test('all who listen get all events, of any data', async () => {
  let came = 0
  const { feed, port, end } = await serve({
    headers: { 'access-control-allow-origin': '*' },
    refuse: () => void came++ as undefined,
  })
  const read = () => toArray(events(address(port)).pipe(take(3)))
  const clients = [read(), read()]
  await expect.poll(() => came).toBe(2)
  feed.add({ data: 'a\nb\r\nc', id: '1' }, { data: { x: [1] }, type: 'list', id: '2' }, { data: '', id: '3' })
  const expected = [
    { id: '1', type: 'message', data: 'a\nb\nc' },
    { id: '2', type: 'list', data: '{"x":[1]}' },
    { id: '3', type: 'message', data: '' },
  ]
  expect(await Promise.all(clients)).toEqual([expected, expected])
  expect(await end()).toEqual({ events: 3, clients: 2, dropped: 0 })
})

test('20 cuts: who comes back gets what was sent meanwhile, each event once', async () => {
  let came = 0
  const { feed, port, end } = await serve({ refuse: () => void came++ as undefined })
  const relay = await Relay.to({ host: '127.0.0.1', port })
  onTestFinished(() => relay.close())
  const seen: number[] = []
  const all = toArray(
    events(address(relay.port), { reconnect: { delayMs: 1 } }).pipe(
      map(({ data }) => seen.push(Number(data))),
      take(1001),
    ),
  )
  await expect.poll(() => came).toBe(1)
  feed.add(...items(0, 1))
  // before, there is no id that it could go on behind
  await expect.poll(() => seen.length).toBe(1)
  for (let at = 0; at < 20; at++) {
    const before = came
    relay.cut()
    feed.add(...items(1 + at * 50, 51 + at * 50))
    await expect.poll(() => came).toBeGreaterThan(before)
  }
  await all
  expect(seen).toEqual(Array.from({ length: 1001 }, (_, n) => n))
  expect(await end()).toMatchObject({ dropped: 0 })
})

/** A client that asks and never reads. */
function deaf(port: number) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  onTestFinished(() => void socket.destroy())
  return socket
}

const large = (id: number): EventItem => ({ id: String(id), data: 'x'.repeat(100_000) })

test('a client that does not read is cut off, and holds back nobody', async () => {
  let came = 0
  const { feed, port, end } = await serve({ bufferEvents: 10, refuse: () => void came++ as undefined })
  deaf(port)
  await expect.poll(() => came).toBe(1)
  for (let n = 0; n < 500; n++) feed.add(large(n))
  expect(await end()).toMatchObject({ events: 500, dropped: 1 })
})

test('or is waited for: the stream stands still, and goes on once it is cut off after all', async () => {
  let came = 0
  const { feed, port, end } = await serve({
    bufferEvents: 10,
    slow: 'hold',
    holdMs: 50,
    refuse: () => void came++ as undefined,
  })
  deaf(port)
  await expect.poll(() => came).toBe(1)
  for (let n = 0; n < 500; n++) feed.add(large(n))
  expect(await end()).toMatchObject({ events: 500, dropped: 1 })
})

test('a slow client that is waited for gets all', async () => {
  let came = 0
  const { feed, port, end } = await serve({
    bufferEvents: 10,
    slow: 'hold',
    refuse: () => void came++ as undefined,
  })
  let [text, isEnded] = ['', false]
  get(address(port), (response) => {
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part
      response.pause()
      setTimeout(() => response.resume(), 1)
    })
    response.on('end', () => {
      isEnded = true
    })
  })
  await expect.poll(() => came).toBe(1)
  for (let n = 0; n < 100; n++) feed.add(large(n))
  expect(await end()).toMatchObject({ events: 100, dropped: 0 })
  await expect.poll(() => isEnded).toBe(true)
  expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual(
    Array.from({ length: 100 }, (_, n) => n),
  )
})

test('other paths, other methods, too many clients, and those who may not listen', async () => {
  const { port, end, feed } = await serve({
    path: '/events',
    maxClients: 1,
    refuse: ({ query }) => (query['key'] === 'a' ? undefined : { status: 403 }),
  })
  expect((await ask(port, '/')).status).toBe(404)
  expect((await ask(port, '/events?key=a', { method: 'POST' })).status).toBe(405)
  expect((await ask(port, '/events')).status).toBe(403)
  const first = toArray(events(`${address(port)}events?key=a`).pipe(take(1)))
  await expect.poll(async () => (await ask(port, '/events?key=b')).status).toBe(503)
  feed.add({ data: 'x' })
  expect(await first).toMatchObject([{ data: 'x' }])
  await end()
})

test.each([{ data: undefined }, { data: 1, id: 'a\nb' }, { data: 1, type: 'a\rb' }])(
  '%j fails the run',
  async (item) => {
    const source = fromAsyncIterable(async function* () {
      yield item as EventItem
    })
    await expect(run(source.pipe(serveEvents({ port: 0 }))).done).rejects.toMatchObject({
      cause: { code: 'BAD_INPUT' },
    })
  },
)

test.each([
  {},
  { port: 1, slow: 'wait' },
  { port: 1, bufferEvents: 0 },
  { port: 1, path: 'x' },
  { port: 1, holdMs: 0 },
])('%j is refused', (options) => {
  expect(() => serveEvents(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
