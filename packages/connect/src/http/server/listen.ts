/** `Listener`: a server of Node that listens on a port, and what it says if it cannot. Made by all servers of this folder. */

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { InvalidOptionError } from '@millrace/core'
import { checkWhole } from '@millrace/core/engine'
import { CannotListenError } from '../../errors.ts'

/** Where a server listens. */
export interface ListenOptions {
  /** 0 to 65,535; with 0 the system picks a free one, which `onListening` is told. */
  readonly port: number
  /** The address to listen on. Default `127.0.0.1`: this machine alone; `0.0.0.0` or `::` for all. */
  readonly host?: string
  /** Certificate and key, as PEM: then it is HTTPS. Default: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Connections at most; further ones are closed at once. Default 10,000. */
  readonly maxConnections?: number
  /** Called in the run, once it listens. What it throws, or its promise rejects with, fails the run. */
  readonly onListening?: (address: HttpAddress) => void | Promise<void>
}

/** Where a server can be reached. */
export interface HttpAddress {
  readonly host: string
  readonly port: number
  /** `http://127.0.0.1:8080`. */
  readonly url: string
}

/** The names of the options, for the check of those of a term. */
export const LISTEN_OPTIONS = {
  port: true,
  host: true,
  tls: true,
  maxConnections: true,
  onListening: true,
} as const

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function checkListenOptions(owner: string, options: ListenOptions): void {
  const { port, host = '', tls, maxConnections = 1, onListening } = options
  checkWhole(`port of ${owner}()`, port, 0)
  if (port > 65_535) throw new InvalidOptionError(`port of ${owner}()`, port, 'at most 65535')
  if (typeof host !== 'string') throw new InvalidOptionError(`host of ${owner}()`, host, 'an address')
  checkWhole(`maxConnections of ${owner}()`, maxConnections, 1)
  if (tls !== undefined && !(typeof tls?.key === 'string' && typeof tls.cert === 'string')) {
    throw new InvalidOptionError(`tls of ${owner}()`, tls, 'a record of key and cert, texts in PEM')
  }
  if (onListening !== undefined && typeof onListening !== 'function') {
    throw new InvalidOptionError(`onListening of ${owner}()`, onListening, 'a function')
  }
}

/** Connections of clients that are done, while the last ones are written, have this many ms. */
const FLUSH_MS = 2000

/** A server that listens. */
export class Listener {
  readonly #server: Server
  /** All connections, also those over which TLS has not agreed on anything yet. */
  readonly #sockets = new Set<Socket>()
  readonly address: HttpAddress

  private constructor(server: Server, address: HttpAddress) {
    this.#server = server
    this.address = address
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /**
   * @param onFailed is told what the promise of `onListening` rejects with.
   * @throws {CannotListenError} if the port is taken, is not allowed, or the address is none of this machine.
   */
  static async open(
    options: ListenOptions,
    onRequest: RequestListener,
    onFailed: (error: unknown) => void,
  ): Promise<Listener> {
    const { port, host = '127.0.0.1', tls, maxConnections = 10_000, onListening } = options
    let server: Server
    try {
      server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest)
      server.maxConnections = maxConnections
      // each request has a limit of its own, which may be longer than the 300 s of Node
      server.requestTimeout = 0
      server.listen(port, host)
      await once(server, 'listening')
    } catch (cause) {
      throw new CannotListenError(host, port, cause)
    }
    const bound = (server.address() as AddressInfo).port
    const shown = host.includes(':') ? `[${host}]` : host
    const url = `${tls === undefined ? 'http' : 'https'}://${shown}:${bound}`
    const listener = new Listener(server, { host, port: bound, url })
    try {
      const told: unknown = onListening?.(listener.address)
      if (told instanceof Promise) told.catch(onFailed)
    } catch (error) {
      await listener.close(Promise.resolve())
      throw error
    }
    return listener
  }

  /** Takes no further connections, waits a little for what is being written, cuts the rest. Resolves when all are closed. */
  async close(written: Promise<unknown>): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeIdleConnections()
    let timer: NodeJS.Timeout | undefined
    const isLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_MS)
    })
    void isLate.then(() => {
      for (const socket of this.#sockets) socket.destroy()
    })
    await Promise.race([written, isLate])
    // those that were just answered are about to become idle, or to be closed
    await new Promise(setImmediate)
    this.#server.closeIdleConnections()
    await closed
    clearTimeout(timer)
  }
}
