/** `Relay`: stands between a client and a server, so that a test can cut connections, or have the server be away. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Service } from './service.ts'

/** One port on loopback that leads to one server. */
export class Relay {
  readonly port: number
  readonly #target: Pick<Service, 'host' | 'port'>
  readonly #server: Server
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>()
  #isAway = false
  /** Connections that clients have made. */
  connections = 0
  /** Bytes that the server has sent. */
  receivedBytes = 0

  private constructor(server: Server, target: Pick<Service, 'host' | 'port'>) {
    this.#server = server
    this.#target = target
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (client) => this.#onConnection(client))
  }

  static async to(target: Pick<Service, 'host' | 'port'>): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Relay(server, target)
  }

  #onConnection(client: Socket): void {
    this.connections++
    client.on('error', () => undefined) // a cut is what the test wants
    if (this.#isAway) {
      client.resetAndDestroy()
      return
    }
    const server = connect(this.#target.port, this.#target.host)
    const pair = [client, server] as const
    this.#pairs.add(pair)
    server.on('data', (chunk) => {
      this.receivedBytes += chunk.length
    })
    client.pipe(server)
    server.pipe(client)
    server.on('error', () => undefined)
    for (const socket of pair) {
      socket.on('close', () => {
        this.#pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
  }

  /** Connections that are open. */
  get open(): number {
    return this.#pairs.size
  }

  /** Cuts all connections in the middle of whatever they do. New ones are let through. */
  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.resetAndDestroy()
      server.destroy()
    }
  }

  /** As a server that is being restarted: cuts all connections and refuses new ones until `back`. */
  away(): void {
    this.#isAway = true
    this.cut()
  }

  back(): void {
    this.#isAway = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
