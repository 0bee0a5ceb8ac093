/** Connections to RabbitMQ and channels on them, made with amqplib. Called by the sources and sinks of this folder. */

import type { Clock } from '@millrace/core'
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib'
import { ConnectionDeniedError } from '../errors.ts'
import { closeSoon } from '../support/close-soon.ts'
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
    async open(signal) {
      const leaving = leave(signal)
      try {
        const connection = await leaving.orDone(handshakes.over(connectTo(address, leaving.signal)), destroy)
        const lost = lossOf(connection)
        const making = async (): Promise<Client> => {
          const channel = await open(connection)
          lost.watch(channel)
          return await made({ connection, channel, onLost: lost.onLost })
        }
        return await leaving.orDone(lost.orDone(making())).catch(async (error: unknown) => {
          if (signal.aborted) destroy(connection)
          else
            await closeSoon(
              () => connection.close(),
              () => destroy(connection),
            )
          throw error
        })
      } finally {
        leaving.end()
      }
    },
    async close({ connection, channel }) {
      // the server passes over acknowledgements that it has not come to when the connection is closed
      const both = async (): Promise<void> => {
        try {
          await channel.close()
        } finally {
          await connection.close()
        }
      }
      await closeSoon(both, () => destroy(connection))
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

/** What is asked while a connection is made ends as soon as nobody waits for it. */
function leave(signal: AbortSignal) {
  // another signal than that of the link: what it aborts is let go of in good order once it was made
  const leaving = new AbortController()
  const onAbort = (): void => leaving.abort()
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  return {
    signal: leaving.signal,
    /** @param undo what is done with an answer that comes later. */
    orDone<T>(asked: Promise<T>, undo: (late: T) => void = () => undefined): Promise<T> {
      return new Promise((resolve, reject) => {
        const onLeave = (): void => reject(new Error('the connection was closed'))
        if (leaving.signal.aborted) onLeave()
        else leaving.signal.addEventListener('abort', onLeave, { once: true })
        const settle = (f: () => void): void => {
          leaving.signal.removeEventListener('abort', onLeave)
          f()
        }
        asked.then(
          (value) => settle(() => (leaving.signal.aborted ? undo(value) : resolve(value))),
          (error: unknown) => settle(() => reject(error)),
        )
      })
    },
    end: () => signal.removeEventListener('abort', onAbort),
  }
}

/** Does nothing to one that is closed. */
function destroy(connection: ChannelModel): void {
  const { stream } = connection.connection as unknown as { stream?: { destroy?(): void } }
  stream?.destroy?.()
}

async function connectTo(
  { hostname, port, username, password, vhost, tls }: RabbitmqAddress,
  signal: AbortSignal,
): Promise<ChannelModel> {
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
  // over TLS the signal is not heeded: such a connection is closed as soon as it is there, or after that time
  const socket = { timeout: CONNECT_MS, noDelay: true, signal, ...encrypted }
  return await connect({ ...where, protocol: encrypted === undefined ? 'amqp' : 'amqps' }, socket)
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

/** Codes of AMQP that no further try would mend, and what to look at. */
const REMEDIES: Readonly<Record<number, string>> = {
  312: 'No queue is bound to that exchange for it: bind one, or leave mandatory out to have such messages dropped.',
  402: 'The server will not route it.',
  403: 'Look at username and password, and at the rights of the user in its virtual host (rabbitmqctl list_permissions).',
  404: 'There is no such queue or exchange: make it there, or let it be made with declare.',
  405: 'Another connection has that queue for itself alone.',
  406: 'What is there under that name was made otherwise: look at declare, or at the type of the queue.',
  530: 'Look at the virtual host, and at the rights of the user in it.',
}

/**
 * What the server says with a code of those, and what passes: it has waited too long for acknowledgements (`consumer_timeout`)
 * and will give the messages again; the node of a queue is being restarted.
 */
const PASSING = /delivery acknowledgement.*timed out|home node.*(down|inaccessible)/is

/** What is to be looked at; `undefined` for an error that may pass. */
export function explained(server: string, error: unknown): ConnectionDeniedError | undefined {
  const denied = (remedy: string): ConnectionDeniedError => new ConnectionDeniedError(server, remedy, error)
  const tls = tlsRemedy(error)
  if (tls !== undefined) return denied(tls)
  const { code, message = '' } = error as { code?: unknown; message?: string }
  if (PASSING.test(message)) return undefined
  const said = Number(typeof code === 'number' ? code : /^.*?\b(40[2-6]|530)\b/.exec(message)?.[1])
  const remedy = REMEDIES[said]
  if (remedy !== undefined) return denied(remedy)
  if (/ACCESS.REFUSED|NOT.ALLOWED/.test(message)) return denied(REMEDIES[403] as string)
  if (/Expected ConnectionOpenOk|vhost/.test(message)) return denied(REMEDIES[530] as string)
  return undefined
}
