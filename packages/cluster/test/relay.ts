/** A relay between a client and a server, which can swallow what the server says. Not published. */

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Passes connections on to a port of the loopback interface. */
export class Relay {
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isSwallowing = false
  #onSwallowed: (text: string) => void = () => {}

  constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#pass(client))
  }

  /** Resolves to its port. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  #pass(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.on('data', (data: Buffer) => {
        if (one === server && this.#isSwallowing) this.#onSwallowed(data.toString('latin1'))
        else other.write(data)
      })
    }
  }

  /** From now on the client hears nothing. Resolves once the server has said something with `text` in it. */
  swallow(text: string): Promise<void> {
    this.#isSwallowing = true
    let said = ''
    return new Promise((resolve) => {
      this.#onSwallowed = (more) => {
        said += more
        if (said.includes(text)) resolve()
      }
    })
  }

  /** Ends all connections, and passes new ones on as before. */
  interrupt(): void {
    this.#isSwallowing = false
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    this.#server.close()
    this.interrupt()
  }
}
