/** `openTlsFront`: a port of loopback that speaks TLS, in front of a server that does not. */

import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import type { Certificates } from './certificates.ts'
import type { Service } from './service.ts'

/** Its port, and how it is closed. */
export interface TlsFront {
  readonly port: number
  close(): Promise<void>
}

export async function openTlsFront(
  { host, port }: Pick<Service, 'host' | 'port'>,
  { cert, key }: Certificates,
): Promise<TlsFront> {
  const server = createServer({ cert, key }, (client) => {
    const behind = connect(port, host)
    client.pipe(behind)
    behind.pipe(client)
    // either end may go in the middle of anything
    client.on('error', () => behind.destroy()).on('close', () => behind.destroy())
    behind.on('error', () => client.destroy()).on('close', () => client.destroy())
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}
