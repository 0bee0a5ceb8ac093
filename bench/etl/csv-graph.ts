// `csv`: latencies per path.

import { graph } from 'millrace'
import { aggregates, countOf, csv, keyedAggregate, map, maxOf, meanOf, writeNdjson } from 'millrace/terms'
import type { Paths } from './task.ts'

interface Request {
  readonly path: string
  readonly ms: number
}

export default graph(import.meta.url, ({ input, output }: Paths) =>
  csv(input, { fields: { path: 'string', ms: 'number' } }).pipe(
    keyedAggregate(
      (request) => request.path,
      aggregates({
        count: countOf<Request>(),
        mean: meanOf((request: Request) => request.ms),
        max: maxOf((request: Request) => request.ms),
      }),
    ),
    map(({ key, value }) => ({ path: key, ...value })),
    writeNdjson(output),
  ),
)
