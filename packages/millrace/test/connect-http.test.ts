/** Goal: a server's requests are answered through the workers of each strategy, each with its own answer. */
import { freePort } from '@millrace/core/files'
import { run, type SchedulerOptions } from 'millrace'
import { expect, test } from 'vitest'
import { ask, many } from '../../connect/test/http-client.ts'
import primes, { primesBelow } from './fixtures/http-primes.ts'

const strategies = ['inline', 'pool', 'work-stealing', 'dedicated', 'hybrid'] as const

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
  await many(2000, 64, async (n, agent) => {
    const upTo = 100 + (n % 300)
    const { status, body } = await ask(port, `/?n=${upTo}`, { agent, method: 'POST', body: `request ${n}` })
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
  await many(400, 64, async (_, agent) => {
    const { status, headers } = await ask(port, '/?n=2000', { agent })
    statuses[status] = (statuses[status] ?? 0) + 1
    if (status === 503) told.push(headers['retry-after'])
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
