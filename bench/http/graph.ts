/** The graph that `load.ts` puts under load: requests in, some work on workers, answers out. */

import { graph } from 'millrace'
import { httpServer, respond } from 'millrace/connect/http'

/** Sums up remainders: work that a JIT cannot leave out. */
function work(n: number): number {
  let sum = 0
  for (let i = 1; i <= n; i++) sum = (sum + ((i * 2_654_435_761) % 97)) % 1_000_003
  return sum
}

export default graph(
  import.meta.url,
  { params: { port: Number, maxRequests: 256 } },
  ({ port, maxRequests }) => {
    const server = httpServer({ port, maxRequests })
    return server.requests.pipe(
      respond(({ query }) => ({ body: { n: Number(query['n']), sum: work(Number(query['work'])) } })),
      server.answers,
    )
  },
)
