/** A relay between a client and a server, which can swallow what the server says, and break off. Not published. */

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Passes connections on to a port of the loopback interface. */
export class Relay {
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isSwallowing = false
  #isDeaf = false
  #cutBy: string | undefined
  /** Times that connections were ended by what a client said. */
  cuts = 0
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
    if (this.#isDeaf) {
      this.#sockets.add(client)
      client.on('error', () => undefined)
      return
    }
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
        if (one === client && this.#isCutBy(data)) this.interrupt()
        else if (one === server && this.#isSwallowing) this.#onSwallowed(data.toString('latin1'))
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

  /** Once a client says something with `text` in it, all connections end, and the server hears nothing of it. */
  interruptAt(text: string): void {
    this.#cutBy = text
  }

  #isCutBy(data: Buffer): boolean {
    if (this.#cutBy === undefined || !data.includes(this.#cutBy)) return false
    this.#cutBy = undefined
    this.cuts++
    return true
  }

  /** From now on connections are accepted, and nothing is passed on. Resolves to the next one. */
  async accept(): Promise<Socket> {
    this.#isDeaf = true
    const accepted = once(this.#server, 'connection')
    for (const socket of this.#sockets) socket.destroy()
    const [client] = (await accepted) as [Socket]
    return client
  }

  /** From now on nothing that is written on the connections there are gets through. Resolves once there is a new one. */
  async freeze(): Promise<void> {
    for (const socket of this.#sockets) socket.pause()
    await once(this.#server, 'connection')
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
