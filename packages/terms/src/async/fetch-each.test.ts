/** Goal: `fetchEach` sends a request per item, within its bounds, and leaves none under way. Against a server here. */

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { run } from '@millrace/core'
import { settle } from '@millrace/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { fetchEach, fromIterable, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'

/** A server whose answers are given by hand, or at once by `answer`. */
async function server(answer?: (path: string, response: ServerResponse) => void) {
  const open = new Map<string, ServerResponse>()
  const aborted: string[] = []
  let most = 0
  let arrived: (() => void) | undefined
  const http = createServer((request, response) => {
    const path = request.url ?? ''
    open.set(path, response)
    most = Math.max(most, open.size)
    response.on('close', () => {
      open.delete(path)
      if (!response.writableFinished) aborted.push(path)
      arrived?.()
    })
    answer?.(path, response)
    arrived?.()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const until = async (reached: () => boolean): Promise<void> => {
    while (!reached()) {
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    }
  }
  return { address: (n: number) => `${base}/${n}`, open, aborted, until, most: () => most }
}

test.each([3e9, 5e9])('a limit of %d ms, beyond what timers of Node can wait, is one', async (timeoutMs) => {
  const { address } = await server((path, response) => void setImmediate(() => response.end(path)))
  const answers = fromIterable([1, 2]).pipe(fetchEach(address, { timeoutMs }))
  expect(await toArray(answers)).toEqual(['/1', '/2'])
})

test('gives each answer, in order, with no more than concurrency under way', async () => {
  const { address, most } = await server((path, response) => response.end(`got ${path}`))
  const items = Array.from({ length: 40 }, (_, i) => i)
  const got = await toArray(fromIterable(items).pipe(fetchEach(address, { concurrency: 3 })))
  expect(got).toEqual(items.map((n) => `got /${n}`))
  expect(most()).toBeLessThanOrEqual(3)
})

test('unordered: answers leave as they come; ordered: they wait for those before', async () => {
  for (const ordered of [false, true]) {
    const { address, open, until } = await server()
    const got = toArray(fromIterable([1, 2]).pipe(fetchEach(address, { concurrency: 2, ordered })))
    await until(() => open.size === 2)
    open.get('/2')?.end('two')
    await until(() => open.size === 1)
    open.get('/1')?.end('one')
    expect(await got).toEqual(ordered ? ['one', 'two'] : ['two', 'one'])
  }
})

test('what to send and what to read can be said', async () => {
  const { address } = await server((_path, response) => response.writeHead(404).end('{"n":1}'))
  const statuses = fetchEach((n: number) => [address(n), { method: 'POST', body: 'x' }] as const, {
    read: (response, item) => (item === 2 ? undefined : response.status),
  })
  expect(await toArray(fromIterable([1, 2, 3]).pipe(statuses))).toEqual([404, 404])
})

test('a status that is not good, a dead address and a slow server fail the run', async () => {
  const { address } = await server((path, response) =>
    path === '/1' ? response.writeHead(500).end() : undefined,
  )
  await expect(toArray(fromIterable([1]).pipe(fetchEach(address)))).rejects.toMatchObject({
    term: 'fetchEach',
    item: 1,
    cause: { code: 'BAD_INPUT' },
  })
  await expect(toArray(fromIterable([2]).pipe(fetchEach(address, { timeoutMs: 20 })))).rejects.toMatchObject({
    cause: { name: 'TimeoutError' },
  })
  await expect(toArray(fromIterable([1]).pipe(fetchEach(() => 3 as never)))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})

test('requests under way are aborted on cancel, and when nobody needs more', async () => {
  const slow = await server()
  const running = run(fromIterable([1, 2]).pipe(fetchEach(slow.address)))
  await slow.until(() => slow.open.size === 2)
  await running.cancel()
  await slow.until(() => slow.aborted.length === 2)

  const first = await server((path, response) => (path === '/1' ? response.end('one') : undefined))
  const term = fetchEach(first.address, { concurrency: 3, ordered: false })
  expect(await toArray(fromIterable([1, 2, 3]).pipe(term, take(1)))).toEqual(['one'])
  await settle()
  await first.until(() => first.open.size === 0)
})

test('refuses what makes no sense', () => {
  const address = () => 'http://127.0.0.1'
  expect(() => fetchEach(3 as never)).toThrow(REFUSED)
  for (const options of [
    { concurrency: 0 },
    { ordered: 1 as never },
    { timeoutMs: 0 },
    { read: 3 as never },
  ]) {
    expect(() => fetchEach(address, options)).toThrow(REFUSED)
  }
})
