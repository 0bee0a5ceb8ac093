/** Goal: a server's requests are answered through the workers of each strategy, each with its own answer. */
import { freePort } from '@millrace/core/files'
import { run, type SchedulerOptions } from 'millrace'
import { expect, test } from 'vitest'
import primes, { primesBelow } from './fixtures/http-primes.ts'

const strategies = ['inline', 'pool', 'work-stealing', 'dedicated', 'hybrid'] as const

/** Calls `one` with 0 to `count` - 1, `atOnce` at a time. */
async function many(count: number, atOnce: number, one: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Resolves once the run listens. */
function started(running: { once(name: 'start', f: () => void): unknown; done: Promise<unknown> }) {
  return Promise.race([new Promise<void>((resolve) => void running.once('start', resolve)), running.done])
}

test.each(strategies)('2,000 requests, 64 at once, all with the right answer: %s', async (strategy) => {
  const port = await freePort()
  const scheduler: SchedulerOptions = { strategy, ...(strategy === 'inline' ? {} : { workers: 2 }) }
  const running = run(primes({ port }), { scheduler })
  await started(running)
  const wrong: unknown[] = []
  await many(2000, 64, async (n) => {
    const upTo = 100 + (n % 300)
    const url = `http://127.0.0.1:${port}/?n=${upTo}`
    const answer = await fetch(url, { method: 'POST', body: `request ${n}` })
    const [status, body] = [answer.status, await answer.text()]
    const expected = { n: upTo, primes: primesBelow(upTo), echo: `request ${n}` }
    if (status !== 200 || body !== JSON.stringify(expected)) wrong.push({ n, status, body })
  })
  expect(wrong).toEqual([])
  await running.stop()
  const summary = await running.done
  expect(summary.results['answers']).toMatchObject({ requests: 2000, answered: 2000, late: 0 })
  expect(summary.outcome).toBe('stopped')
  if (strategy === 'pool') {
    const stage = summary.stages.find(({ nodes }) => nodes.includes('respond'))
    expect(stage?.runsOn).toBe('workers')
  }
})

test('an overloaded server says 503 at once, answers what it has taken, and hangs on nothing', async () => {
  const port = await freePort()
  const running = run(primes({ port, maxRequests: 8 }), { scheduler: { strategy: 'pool', workers: 2 } })
  await started(running)
  const statuses: Record<number, number> = {}
  const told: unknown[] = []
  await many(400, 64, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/?n=2000`)
    const { status, headers } = answer
    await answer.text()
    statuses[status] = (statuses[status] ?? 0) + 1
    if (status === 503) told.push(headers.get('retry-after'))
  })
  expect(Object.keys(statuses)).toEqual(['200', '503'])
  expect(new Set(told)).toEqual(new Set(['1']))
  await running.stop()
  const { results } = await running.done
  expect(results['answers']).toMatchObject({
    requests: 400,
    answered: statuses[200],
    turnedAway: statuses[503],
  })
})
