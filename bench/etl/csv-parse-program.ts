// The program of csv-parse.ts.

import './own-usage.ts'
import { createReadStream } from 'node:fs'
import { LatencyGroups } from './latency-groups.ts'
import { peer } from './peers.ts'

const [, input = '', , output = ''] = process.argv.slice(2)
const { parse } = peer('csv-parse')
const groups = new LatencyGroups()
const wanted = (names: readonly string[]) =>
  names.map((name) => (name === 'path' || name === 'ms' ? name : false))
const records: AsyncIterable<{ path: string; ms: string }> = createReadStream(input).pipe(
  parse({ columns: wanted }),
)
for await (const { path, ms } of records) groups.add(path, Number(ms))
groups.write(output)
