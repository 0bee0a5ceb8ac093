// The server of the workloads over HTTP: a process of its own. Its first argument is the kind of delays; it tells its port
// and ends with whoever started it.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delayMs, type Kind } from './delays.ts'

const kind = process.argv[2] as Kind
const server = createServer((request, response) => {
  const item = Number((request.url as string).slice(1))
  setTimeout(() => response.end(String(item + 1)), delayMs(kind, item))
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
