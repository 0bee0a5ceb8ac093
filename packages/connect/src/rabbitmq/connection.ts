/** Connections to RabbitMQ and channels on them, made with amqplib. Called by the sources and sinks of this folder. */

import type { Clock } from '@millrace/core'
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib'
import { ConnectionDeniedError } from '../errors.ts'
import { Link, type Opener } from '../support/link.ts'
import { loadClient } from '../support/load-client.ts'
import { Retries } from '../support/reconnect.ts'
import { Handshakes, tlsOf, tlsRemedy } from '../support/tls.ts'
import type { RabbitmqAddress } from './options.ts'

/** How long it may take to connect, in ms. */
const CONNECT_MS = 10_000
/** How often either side shows that it is there, in s: after twice that without a sign the connection counts as lost. */
const HEARTBEAT_S = 15

/** A channel on a connection of its own, and why it ended. */
export interface Line<Kind extends Channel> {
  readonly connection: ChannelModel
  readonly channel: Kind
  /** Calls `listener` once when it is lost. */
  onLost(listener: (error: unknown) => void): void
}

/** A link whose clients are what `made` makes of a channel. */
export function rabbitmqLink<Kind extends Channel, Client extends Line<Kind>>(
  address: RabbitmqAddress,
  clock: Clock,
  open: (connection: ChannelModel) => Promise<Kind>,
  made: (line: Line<Kind>) => Promise<Client>,
): Link<Client> {
  const handshakes = new Handshakes(address.tls)
  const opener: Opener<Client> = {
    async open() {
      const connection = await handshakes.over(connectTo(address))
      const lost = lossOf(connection)
      try {
        const channel = await open(connection)
        lost.watch(channel)
        return await lost.orDone(made({ connection, channel, onLost: lost.onLost }))
      } catch (error) {
        await closeQuietly(connection)
        throw error
      }
    },
    async close({ connection, channel }) {
      // the server passes over acknowledgements that it has not come to when the connection is closed
      await closeQuietly(channel)
      await closeQuietly(connection)
    },
  }
  const explain = (error: unknown): ConnectionDeniedError | undefined => explained(address.server, error)
  return new Link(opener, new Retries(address.server, address.reconnect, clock, explain))
}

/** For publishing: the server says what it has taken. */
export function confirming(connection: ChannelModel): Promise<ConfirmChannel> {
  return connection.createConfirmChannel()
}

/** For reading. */
export function plain(connection: ChannelModel): Promise<Channel> {
  return connection.createChannel()
}

async function connectTo({
  hostname,
  port,
  username,
  password,
  vhost,
  tls,
}: RabbitmqAddress): Promise<ChannelModel> {
  const { connect } = await loadClient('rabbitmq', 'amqplib', () => import('amqplib'))
  const encrypted = tlsOf(tls)
  const where = {
    hostname,
    port,
    username,
    password,
    vhost: encodeURIComponent(vhost),
    heartbeat: HEARTBEAT_S,
  }
  return await connect(
    { ...where, protocol: encrypted === undefined ? 'amqp' : 'amqps' },
    { timeout: CONNECT_MS, noDelay: true, ...encrypted },
  )
}

/** The first reason for which a connection or its channel ended. */
function lossOf(connection: ChannelModel) {
  let reason: { readonly error: unknown } | undefined
  const listeners: ((error: unknown) => void)[] = []
  const lose = (error: unknown): void => {
    if (reason !== undefined) return
    reason = { error: error ?? new Error('the connection was lost') }
    for (const listener of listeners) listener(reason.error)
  }
  const onLost = (listener: (error: unknown) => void): void => {
    if (reason === undefined) listeners.push(listener)
    else listener(reason.error)
  }
  const watch = (emitter: Pick<Channel, 'on'>): void => {
    emitter.on('error', lose)
    emitter.on('close', lose)
  }
  watch(connection as unknown as Channel)
  return {
    watch,
    onLost,
    /** What was asked on a connection that was lost is never answered. */
    orDone<T>(asked: Promise<T>): Promise<T> {
      return Promise.race([asked, new Promise<never>((_, reject) => onLost(reject))])
    },
  }
}

async function closeQuietly(closing: { close(): Promise<void> }): Promise<void> {
  try {
    await closing.close()
  } catch {
    // it was closed already
  }
}

/** Codes of AMQP that no further try would mend, and what to look at. */
const REMEDIES: Readonly<Record<number, string>> = {
  402: 'The server will not route it.',
  403: 'Look at username and password, and at the rights of the user in its virtual host (rabbitmqctl list_permissions).',
  404: 'There is no such queue or exchange: make it there, or let it be made with declare.',
  405: 'Another connection has that queue for itself alone.',
  406: 'What is there under that name was made otherwise: look at declare, or at the type of the queue.',
  530: 'Look at the virtual host, and at the rights of the user in it.',
}

function explained(server: string, error: unknown): ConnectionDeniedError | undefined {
  const denied = (remedy: string): ConnectionDeniedError => new ConnectionDeniedError(server, remedy, error)
  const tls = tlsRemedy(error)
  if (tls !== undefined) return denied(tls)
  const { code, message = '' } = error as { code?: unknown; message?: string }
  const said = Number(typeof code === 'number' ? code : /^.*?\b(40[2-6]|530)\b/.exec(message)?.[1])
  const remedy = REMEDIES[said]
  if (remedy !== undefined) return denied(remedy)
  if (/ACCESS.REFUSED|NOT.ALLOWED/.test(message)) return denied(REMEDIES[403] as string)
  if (/Expected ConnectionOpenOk|vhost/.test(message)) return denied(REMEDIES[530] as string)
  return undefined
}
