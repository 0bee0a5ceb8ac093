/** Connects to a NATS server with JetStream, and says in one line what is wrong if that cannot be. */

import { messageOf } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { jetstreamManager } from '@nats-io/jetstream'
import { jserrors } from '@nats-io/jetstream/internal'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import { NoClusterError } from '../errors.ts'
import { patiently } from '../protocol/persist.ts'
import { dial } from './dial.ts'
import { meaningOf } from './errors.ts'

/** A try to connect that has no answer is given up after this: on a network that comes back the next one has it sooner. */
const CONNECT_MS = 3000
/** A connection on which two of these got no answer is made again; by the client's default that takes minutes. */
const PING_MS = 2000

/** Where the servers are, and how to get in. */
export interface ServerOptions {
  /** Addresses: `nats://host:4222`. */
  readonly servers: readonly string[]
  /** What else the client is to be told: user, token, authenticator, TLS. */
  readonly client?: Omit<NodeConnectionOptions, 'servers'>
}

/** @throws {NoClusterError} if no server answers, or it has no JetStream. @throws the reason of `signal` once that aborts. */
export async function connectTo(
  { servers, client = {} }: ServerOptions,
  signal?: AbortSignal,
): Promise<NatsConnection> {
  let connection: NatsConnection
  try {
    connection = await dial({
      name: 'millrace',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      timeout: CONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      // a stack for each of the calls under way costs more than to send it
      noAsyncTraces: true,
      ...client,
      servers: [...servers],
    })
  } catch (cause) {
    throw new NoClusterError(`No NATS server answers at ${servers.join(', ')}: ${messageOf(cause)}`, cause)
  }
  try {
    const ask = async (): Promise<void> => {
      try {
        await jetstreamManager(connection)
      } catch (error) {
        throw error instanceof jserrors.JetStreamNotEnabled ? error : meaningOf(error, 'account', '')
      }
    }
    await patiently(systemClock, ask, signal)
    return connection
  } catch (cause) {
    await connection.close()
    if (!(cause instanceof jserrors.JetStreamNotEnabled)) throw cause
    throw new NoClusterError(
      `The NATS server at ${servers.join(', ')} has no JetStream (${messageOf(cause)}). Start it with -js.`,
      cause,
    )
  }
}
