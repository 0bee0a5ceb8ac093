// The program of udsv.ts.

import './own-usage.ts'
import { createReadStream } from 'node:fs'
import { LatencyGroups } from './latency-groups.ts'
import { peer } from './peers.ts'

const [, input = '', , output = ''] = process.argv.slice(2)
const { inferSchema, initParser } = peer('udsv')
const groups = new LatencyGroups()
let parser: any
let path = 0
let ms = 0
for await (const chunk of createReadStream(input, { encoding: 'utf8', highWaterMark: 1 << 17 })) {
  if (parser === undefined) {
    const schema = inferSchema(chunk)
    const names: string[] = schema.cols.map(({ name }: { name: string }) => name)
    path = names.indexOf('path')
    ms = names.indexOf('ms')
    parser = initParser(schema)
  }
  parser.chunk(chunk, parser.stringArrs, (row: readonly string[]) => {
    groups.add(row[path] as string, Number(row[ms]))
  })
}
parser.end()
groups.write(output)
