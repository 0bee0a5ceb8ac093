/** Goal: nothing but the browser that was given the address sees or steers a run. */

import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { Command, Recording } from '../model/protocol.ts'
import { type UiOptions, UiServer } from './server.ts'

const recording: Recording = {
  head: { title: '</script><b>t</b>', strategy: 'inline', isLive: true, mayControl: true },
  frames: [],
  notices: [],
  letters: [],
  taps: [],
}

let server: UiServer
const commands: Command[] = []

async function open(options: UiOptions = {}, mayControl = true): Promise<void> {
  server = await UiServer.open(options)
  server.show({ recording, ...(mayControl ? { command: (given) => void commands.push(given) } : {}) })
}

afterEach(() => {
  commands.length = 0
  return server.close()
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** As fetch, but with any `Host` and `Origin`. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(server.address)
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: hostname.replace(/[[\]]/g, ''), port, path, method, headers },
      (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
          // the stream of events does not end by itself
          if (path.startsWith('/events')) response.destroy()
        })
        response.on('close', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      },
    )
    sent.on('error', reject).end(body)
  })
}

const port = (): string => new URL(server.address).port
const token = (): string => new URL(server.address).searchParams.get('token') as string

async function enter(): Promise<string> {
  const { headers } = await ask(`/?token=${token()}`)
  return (headers['set-cookie']?.[0] ?? '').split(';')[0] as string
}

test('listens on this machine alone', async () => {
  await open()
  expect(new URL(server.address).hostname).toBe('127.0.0.1')
  expect(Buffer.from(token(), 'base64url')).toHaveLength(16)
})

test('the token is exchanged once, for a cookie that scripts and other sites do not get', async () => {
  await open()
  const first = await ask(`/?token=${token()}`)
  expect(first.status).toBe(200)
  expect(first.headers['set-cookie']).toEqual([
    expect.stringMatching(/^millrace-\d+=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict$/),
  ])
  expect((await ask(`/?token=${token()}`)).status).toBe(401)
  const cookie = (first.headers['set-cookie']?.[0] ?? '').split(';')[0] as string
  expect((await ask('/', { headers: { cookie } })).status).toBe(200)
  expect((await ask('/events', { headers: { cookie } })).status).toBe(200)
})

test.each(['/', '/events', '/?token=', '/?token=AAAAAAAAAAAAAAAAAAAAAA', '/command'])(
  'without token or cookie, %s gets 401',
  async (path) => {
    await open()
    expect((await ask(path)).status).toBe(401)
    expect(
      (await ask(path, { headers: { cookie: `millrace-${port()}=AAAAAAAAAAAAAAAAAAAAAA` } })).status,
    ).toBe(401)
  },
)

test.each(['evil.test', 'evil.test:80', '127.0.0.1.evil.test', 'localhost.evil.test', 'evil.test@127.0.0.1'])(
  'a request to "%s" gets 403, reads too',
  async (host) => {
    await open()
    const cookie = await enter()
    expect((await ask('/events', { headers: { host, cookie } })).status).toBe(403)
    expect((await ask(`/?token=${token()}`, { headers: { host } })).status).toBe(403)
  },
)

test('browsers of an earlier server stay, by a secret that is none if it is short', async () => {
  const session = 'A'.repeat(22)
  server = await UiServer.open({}, undefined, session)
  const cookie = `millrace-${port()}=${session}`
  expect((await ask('/', { headers: { cookie } })).status).toBe(200)
  for (const short of ['', 'A'.repeat(21)])
    await expect(UiServer.open({}, undefined, short)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

test('addresses, localhost and the name that was given are known', async () => {
  await open({ host: 'localhost' })
  const cookie = await enter()
  for (const host of [`localhost:${port()}`, `127.0.0.1:${port()}`, `[::1]:${port()}`]) {
    expect((await ask('/', { headers: { host, cookie } })).status).toBe(200)
  }
})

test('a change needs our own origin and JSON', async () => {
  await open()
  const cookie = await enter()
  const origin = `http://127.0.0.1:${port()}`
  const json = { cookie, 'content-type': 'application/json' }
  const body = '{"do":"pause"}'
  const post = (headers: Record<string, string>, sent = body): Promise<Answer> =>
    ask('/command', { method: 'POST', headers, body: sent })

  expect((await post(json)).status).toBe(403)
  expect((await post({ ...json, origin: 'http://evil.test' })).status).toBe(403)
  expect((await post({ ...json, origin: 'null' })).status).toBe(403)
  expect((await post({ ...json, origin: `http://127.0.0.1:${Number(port()) + 1}` })).status).toBe(403)
  expect((await post({ cookie, origin, 'content-type': 'text/plain' })).status).toBe(415)
  expect((await post({ ...json, cookie: '', origin })).status).toBe(401)
  expect((await ask('/command', { headers: { cookie } })).status).toBe(404)
  expect(commands).toEqual([])

  expect((await post({ ...json, origin })).status).toBe(200)
  for (const wrong of [
    '{"do":"exec"}',
    '{"do":"tap","term":"a"}',
    '{"do":"tap","term":"a","limit":101}',
    '{"do":"tap","term":7,"limit":1}',
    '{"do":"replay"}',
    'null',
  ])
    expect((await post({ ...json, origin }, wrong)).status).toBe(400)
  expect((await post({ ...json, origin }, `"${'x'.repeat(70_000)}"`)).status).toBe(400)
  expect(commands).toEqual([{ do: 'pause' }])
})

test('a page that may only look changes nothing', async () => {
  await open({ readOnly: true }, false)
  const headers = {
    cookie: await enter(),
    origin: `http://127.0.0.1:${port()}`,
    'content-type': 'application/json',
  }
  expect((await ask('/command', { method: 'POST', headers, body: '{"do":"stop"}' })).status).toBe(403)
})

test('the page runs its own script alone, and what users have named is data', async () => {
  await open()
  const { headers, text } = await ask(`/?token=${token()}`)
  const policy = String(headers['content-security-policy'])
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  expect(text).not.toContain('<b>t</b>')
  expect(text).toContain('\\u003c/script>')
})

test('a page that was loaded is not told again what it brought along; one that comes back says where it was', async () => {
  await open()
  const { headers: given, text } = await ask(`/?token=${token()}`)
  const cookie = (given['set-cookie']?.[0] ?? '').split(';')[0] as string
  const [, after] = /id="recording" data-after="([^"]+)"/.exec(text) ?? []
  const events = async (path: string, headers = {}) =>
    (await ask(path, { headers: { cookie, ...headers } })).text.split('\n')[0]
  expect(await events('/events')).toBe('event: recording')
  expect(await events('/events?after=of-another.0')).toBe('event: recording')
  expect(await events(`/events?after=${after}`)).toBe(':')
  expect(await events('/events', { 'last-event-id': after })).toBe(':')
})

test('a port that is taken is told', async () => {
  await open()
  await expect(UiServer.open({ port: Number(port()) })).rejects.toMatchObject({
    code: 'UI_UNAVAILABLE',
    message: expect.stringContaining(`127.0.0.1:${port()}`),
  })
})

test('no more than eight pages follow at the same time', async () => {
  await open()
  const cookie = await enter()
  const { hostname } = new URL(server.address)
  const open8 = Array.from(
    { length: 8 },
    () =>
      new Promise((resolve) => {
        request({ host: hostname, port: port(), path: '/events', headers: { cookie } }, resolve).end()
      }),
  )
  await Promise.all(open8)
  expect((await ask('/events', { headers: { cookie } })).status).toBe(503)
})
