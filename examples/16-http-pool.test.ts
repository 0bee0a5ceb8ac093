/** Goal: each question gets its own answer from a worker, a bad one gets 400, and the service ends when it is told to. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import service, { factorsOf, main } from './16-http-pool.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('answers all questions, on workers', async () => {
  const { summary, answers } = await main(await freePort(), 100)
  expect(answers).toEqual(
    Array.from({ length: 100 }, (_, n) => {
      const number = 1_000_000_007 * (n + 2)
      return n % 10 === 9 ? '400 n must be a whole number above 1' : { n: number, factors: factorsOf(number) }
    }),
  )
  expect(answers[2]).toEqual({ n: 4_000_000_028, factors: [2, 2, 1_000_000_007] })
  expect(summary.results['answers']).toMatchObject({ requests: 100, answered: 100, late: 0 })
  expect(summary.stages.find(({ nodes }) => nodes.includes('factors'))?.runsOn).toBe('workers')
  expect(summary.outcome).toBe('stopped')
})

test('is drawn as its head says', () => {
  expect(String(service({}))).toBe('(Term(requests); Term(entry); Term(factors); Term(answers))')
})
