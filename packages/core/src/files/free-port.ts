/** `freePort`: for a server that is told its port before it starts. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of the loopback address that nothing listens on; another process may take it before the caller does. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => void server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
