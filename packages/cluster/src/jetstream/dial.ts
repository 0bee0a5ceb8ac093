/**
 * `dial`: the client's `connect`, with a way to the server that lets go of a try to connect that is under way. The client's
 * own one forgets it: when it is closed during a try, or takes too long for one, the socket stays open for minutes, and
 * the process with it.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import {
  hasWsProtocol,
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  setTransportFactory,
} from '@nats-io/transport-node'
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js'
import { NoClusterError } from '../errors.ts'

/** Node tells there of each socket that is made. */
const CHANNEL = 'net.client.socket'

class DialTransport extends NodeTransport {
  #dialled: Socket | undefined

  override dial(to: Parameters<NodeTransport['dial']>[0]): Promise<Socket> {
    const onSocket = (message: unknown): void => {
      this.#dialled = (message as { readonly socket: Socket }).socket
    }
    // the socket is made before `dial` returns, and by nobody else meanwhile
    subscribe(CHANNEL, onSocket)
    try {
      return super.dial(to)
    } finally {
      unsubscribe(CHANNEL, onSocket)
    }
  }

  override async close(error?: Error): Promise<void> {
    await super.close(error)
    this.#dialled?.destroy()
  }

  /** For a connection that is stale. The client's own way waits until all that was written has gone, which may be never. */
  override disconnect(): void {
    void this.close()
  }

  override discard(): void {
    super.discard()
    this.#dialled?.destroy()
  }
}

/** Connects as the client's `connect` does. */
export function dial(options: NodeConnectionOptions): Promise<NatsConnection> {
  if (hasWsProtocol(options))
    throw new NoClusterError('Web sockets are not supported: use nats:// or tls://.')
  // for all connections of the process: those of others are made as before, and let go of as well
  setTransportFactory({ factory: () => new DialTransport(), dnsResolveFn: nodeResolveHost })
  return NatsConnectionImpl.connect(options)
}
