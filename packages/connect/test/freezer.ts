/** `Freezer`: stands between a client and a server that falls silent, with its connections open. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Service } from './service.ts'

/** One port on loopback that leads to one server. */
export class Freezer {
  readonly port: number
  readonly #front: Server
  readonly #pairs: (readonly [client: Socket, server: Socket])[] = []

  private constructor(front: Server, { port, host }: Pick<Service, 'host' | 'port'>) {
    this.#front = front
    this.port = (front.address() as AddressInfo).port
    front.on('connection', (client) => {
      const server = connect(port, host)
      this.#pairs.push([client, server])
      client.on('error', () => undefined).pipe(server)
      server.on('error', () => undefined).pipe(client)
      client.on('close', () => server.destroy())
    })
  }

  static async before(target: Pick<Service, 'host' | 'port'>): Promise<Freezer> {
    const front = createServer().listen(0, '127.0.0.1')
    await once(front, 'listening')
    return new Freezer(front, target)
  }

  /** Connections that clients have made. */
  get connections(): number {
    return this.#pairs.length
  }

  /** Withholds what the server says on the connections that are open. */
  freeze(): void {
    for (const [client, server] of this.#pairs) server.unpipe(client)
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#front.close()
    await once(this.#front, 'close')
  }
}
