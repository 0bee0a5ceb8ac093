// `logs`: requests per path and minute, with errors and latencies.

import { graph } from 'millrace'
import {
  aggregates,
  countOf,
  map,
  ndjson,
  quantilesOf,
  sumOf,
  tumblingWindow,
  writeNdjson,
} from 'millrace/terms'
import { type Paths, windowMs } from './task.ts'

const fields = { time: 'number', path: 'string', status: 'number', ms: 'number' } as const

interface Request {
  readonly time: number
  readonly path: string
  readonly status: number
  readonly ms: number
}

export default graph(import.meta.url, ({ input, output }: Paths) =>
  ndjson(input, { fields }).pipe(
    tumblingWindow({
      sizeMs: windowMs,
      time: (request) => request.time,
      key: (request) => request.path,
      aggregate: aggregates({
        count: countOf<Request>(),
        errors: sumOf((request: Request) => (request.status >= 500 ? 1 : 0)),
        latency: quantilesOf((request: Request) => request.ms, [0.5, 0.99]),
      }),
    }),
    map(({ key, start, value: { count, errors, latency } }) => {
      const [p50, p99] = latency
      return { start, path: key, count, errors, p50, p99 }
    }),
    writeNdjson(output),
  ),
)
