/**
 * A service whose work needs the processor: requests in, the work on a pool of workers, answers out.
 *
 *     requests --> respond --> answers
 *     (a port)     (workers)   (the same port)
 *
 * It asks itself 200 questions here, 32 at a time, and stops. `GET /factors?n=…` gives the prime factors of a number; a
 * number that is none gets 400. While 64 requests are under way, further ones get 503, at once.
 *
 * Run it with: npx tsx examples/16-http-pool.ts
 */
import { graph, isMain, run, type Summary } from 'millrace'
import { type HttpAnswer, httpServer, respond } from 'millrace/connect/http'

/** The prime factors of a number, by trial division: slow on purpose. */
export function factorsOf(n: number): number[] {
  if (!(Number.isSafeInteger(n) && n > 1)) throw new RangeError(`${n} has no prime factors`)
  const factors: number[] = []
  let rest = n
  for (let d = 2; d * d <= rest; d++) {
    for (; rest % d === 0; rest /= d) factors.push(d)
  }
  return rest > 1 ? [...factors, rest] : factors
}

const factors = respond(({ query }) => {
  const n = Number(query['n'])
  return { body: { n, factors: factorsOf(n) } }
})
  .named('factors')
  .onFailure({
    fallback: ({ id }): HttpAnswer => ({ id, status: 400, body: 'n must be a whole number above 1\n' }),
  })

const service = graph(import.meta.url, { params: { port: 8080 } }, ({ port }) => {
  const server = httpServer({
    port,
    maxRequests: 64,
    refuse: ({ path }) => (path === '/factors' ? undefined : { status: 404, body: 'Try /factors?n=91\n' }),
  })
  return server.requests.pipe(factors, server.answers)
})
export default service

/** Runs the service, asks it `questions` times, and stops it. Resolves with the answers, too. */
export async function main(port = 8080, questions = 200): Promise<{ summary: Summary; answers: unknown[] }> {
  const running = run(service({ port }), { scheduler: { strategy: 'pool', workers: 2 } })
  await Promise.race([new Promise<void>((resolve) => void running.once('start', resolve)), running.done])
  const answers: unknown[] = []
  let next = 0
  const client = async (): Promise<void> => {
    while (next < questions) {
      const n = next++
      const number = 1_000_000_007 * (n + 2)
      const response = await fetch(`http://127.0.0.1:${port}/factors?n=${n % 10 === 9 ? 'x' : number}`)
      answers[n] = response.ok ? await response.json() : `${response.status} ${await response.text()}`.trim()
    }
  }
  await Promise.all(Array.from({ length: 32 }, client))
  await running.stop()
  return { summary: await running.done, answers }
}

if (isMain(import.meta.url)) {
  const { summary, answers } = await main()
  console.log(answers[2])
  console.log(answers[9])
  console.log(summary.results['answers'])
}

// Prints:
//
//     { n: 4000000028, factors: [ 2, 2, 1000000007 ] }
//     400 n must be a whole number above 1
//     {
//       requests: 200,
//       answered: 200,
//       refused: 0,
//       turnedAway: 0,
//       tooLarge: 0,
//       timedOut: 0,
//       unanswered: 0,
//       gone: 0,
//       late: 0
//     }
