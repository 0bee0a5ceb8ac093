// What is posted enters the graph; its sender is told 202 when it is taken, or once it is stored: then nothing is lost.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { collect, mapAsync, take } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../../../test/http-client.ts'
import { fileIn, KILLS, runKilled } from '../../../test/killed.ts'
import { type WebhookOptions, webhook } from '../index.ts'

/** A webhook that listens on a port of its own. */
function hookOf(options: Partial<WebhookOptions> = {}) {
  let listening: (port: number) => void = () => undefined
  const port = new Promise<number>((resolve) => {
    listening = resolve
  })
  return { hook: webhook({ port: 0, onListening: (at) => listening(at.port), ...options }), port }
}

const post = async (port: number, body: string, path = '/') =>
  (await ask(port, path, { method: 'POST', body })).status

test('202 when it is taken; other paths and methods are refused, and refuse is asked', async () => {
  const { hook, port: listening } = hookOf({
    path: '/orders',
    refuse: ({ headers }) => (headers['x-key'] === 'secret' ? undefined : { status: 401 }),
  })
  const sink = collect<string>()
  const running = run(
    hook.pipe(
      mapAsync(async ({ body }) => body),
      sink,
    ),
  )
  const port = await listening
  const headers = { 'x-key': 'secret' }
  expect((await ask(port, '/orders', { method: 'POST', body: 'a', headers })).status).toBe(202)
  expect((await ask(port, '/orders', { method: 'POST', body: 'b' })).status).toBe(401)
  expect((await ask(port, '/other', { method: 'POST', body: 'c', headers })).status).toBe(404)
  expect((await ask(port, '/orders', { headers })).status).toBe(405)
  await running.stop()
  expect((await running.done).result(sink)).toEqual(['a'])
})

test('with answer: stored, 202 comes once a checkpoint holds it, and 503 if none will', async () => {
  const { hook, port: listening } = hookOf({ answer: 'stored' })
  const store = new MemoryStore()
  const sink = collect<string>()
  const running = run(
    hook.pipe(
      mapAsync(async ({ body }) => body),
      sink,
    ),
    {
      checkpoint: { store, everyItems: 3 },
    },
  )
  const port = await listening
  const told: string[] = []
  running.on('checkpoint', ({ id }) => told.push(`checkpoint ${id}`))
  const tell = async (body: string): Promise<void> => void told.push(`${body}: ${await post(port, body)}`)
  const first = [tell('a'), tell('b')]
  // nothing is told before the third has come
  await new Promise(setImmediate)
  await Promise.all([...first, tell('c')])
  expect(told.slice(-3).sort()).toEqual(['a: 202', 'b: 202', 'c: 202'])
  expect(told.length).toBeGreaterThan(3)
  const last = tell('d')
  await expect.poll(() => running.stats().nodes[0]?.out).toBe(4)
  await running.stop()
  await running.done
  await last
  expect(told.at(-1)).toBe('d: 503')
})

test('without checkpoints, once it has entered the graph', async () => {
  const { hook, port: listening } = hookOf({ answer: 'stored' })
  const running = run(
    hook.pipe(
      mapAsync(async ({ body }) => body),
      collect(),
    ),
  )
  const port = await listening
  expect(await post(port, 'a')).toBe(202)
  await running.cancel('enough')
  await running.done.catch(() => undefined)
  await expect(post(port, 'b')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a full graph says 503', async () => {
  const { hook, port: listening } = hookOf({ answer: 'stored', maxRequests: 2 })
  const running = run(hook.pipe(take(10), collect()), {
    checkpoint: { store: new MemoryStore(), everyItems: 100 },
  })
  const port = await listening
  const waiting = [post(port, 'a'), post(port, 'b')]
  await expect.poll(() => running.stats().nodes[0]?.out).toBe(2)
  expect(await post(port, 'c')).toBe(503)
  await running.stop()
  await running.done
  expect(await Promise.all(waiting)).toEqual([503, 503])
})

test(`${KILLS} kill -9: whatever a sender was told 202 for is there`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-webhook-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // none of those that the system gives to clients: while the server is away, one of the senders could be given it
  const [port, out] = [20_000 + (process.pid % 10_000), fileIn(folder)]
  const module = fileURLToPath(new URL('../../../test/fixtures/http-webhook.ts', import.meta.url))
  let [isLast, isOver] = [false, false]
  const killed = runKilled({
    module,
    params: { port, out },
    checkpoints: join(folder, 'kept'),
    kills: KILLS,
    seed: 3,
    everyItems: 1,
    onLast: () => {
      isLast = true
    },
  }).finally(() => {
    isOver = true
  })
  let next = 0
  const told = new Set<number>()
  const again = () => new Promise((resolve) => void setTimeout(resolve, 5))
  // senders of webhooks: each posts again until it is told that its message was accepted
  const sender = async (): Promise<void> => {
    while (!isLast && !isOver) {
      const n = next++
      while (!isOver && !told.has(n)) {
        if ((await post(port, String(n)).catch(() => 0)) === 202) told.add(n)
        else await again()
      }
    }
  }
  await Promise.all(Array.from({ length: 12 }, sender))
  while (!isOver) {
    await post(port, '-1').catch(() => 0)
    await again()
  }
  await killed
  const there = new Set(readFileSync(out, 'utf8').trim().split('\n').map(Number))
  expect([...told].filter((n) => !there.has(n))).toEqual([])
  expect(told.size).toBeGreaterThan(4 * KILLS)
})
