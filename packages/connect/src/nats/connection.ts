/** Connections to NATS. Called by the sources and sinks of this folder. */

import type { Clock } from '@millrace/core'
import { onAbort } from '@millrace/core/engine'
import type { NatsConnection } from '@nats-io/transport-node'
import { ConnectionDeniedError } from '../errors.ts'
import { Link, type Opener } from '../support/link.ts'
import { loadClient } from '../support/load-client.ts'
import { type Explain, Retries } from '../support/reconnect.ts'
import { Handshakes, tlsOf, tlsRemedy } from '../support/tls.ts'
import type { NatsAddress } from './options.ts'

/** How long an answer may take, in ms. */
export const ANSWER_MS = 10_000
/** How often the server is asked whether it is still there, in ms. */
const PING_MS = 20_000
/** For how long the server is waited for when a connection is closed in good order, in ms. */
const CLOSE_MS = 1000

/** A link whose clients are what `made` makes of a connection; each is closed with `closed` before its connection. */
export function natsLink<Client extends { readonly connection: NatsConnection }>(
  address: NatsAddress,
  clock: Clock,
  made: (connection: NatsConnection) => Promise<Client>,
  closed: (client: Client) => Promise<unknown> = () => Promise.resolve(),
): Link<Client> {
  const handshakes = new Handshakes(address.tls)
  const opener: Opener<Client> = {
    async open(signal) {
      const connection = await handshakes.over(connectTo(address))
      const stopListening = onAbort(signal, () => void connection.close())
      try {
        return await made(connection)
      } catch (error) {
        await connection.close()
        throw error
      } finally {
        stopListening()
      }
    },
    async close(client) {
      if (!client.connection.isClosed()) await upTo(CLOSE_MS, closed(client))
      await client.connection.close()
    },
  }
  const explain: Explain = (error, hasLasted) => explained(address.server, error, hasLasted)
  return new Link(opener, new Retries(address.server, address.reconnect, clock, explain))
}

/** Waits for it, and not longer; how it ends is of no matter. */
async function upTo(ms: number, piece: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([piece.catch(() => undefined), late])
  clearTimeout(timer)
}

async function connectTo(address: NatsAddress): Promise<NatsConnection> {
  const { host, username, password, token, tls } = address
  const { connect } = await loadClient(
    'nats',
    '@nats-io/transport-node',
    () => import('@nats-io/transport-node'),
  )
  const { servername, ...encrypted } = tlsOf(tls) ?? {}
  return await connect({
    servers: host,
    // the link tries again, on the run's clock
    reconnect: false,
    timeout: ANSWER_MS,
    pingInterval: PING_MS,
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(tlsOf(tls) === undefined
      ? {}
      : { tls: { ...encrypted, ...(servername === undefined ? {} : { servername }) } }),
  })
}

/** Names of the client's errors, and what to look at. */
const REMEDIES: Readonly<Record<string, string>> = {
  AuthorizationError: 'Look at username and password, or the token.',
  UserAuthenticationExpiredError: 'Its credentials have expired.',
  PermissionViolationError: 'Its user lacks a right: look at the permissions of its subjects.',
  JetStreamNotEnabled: 'JetStream is off there: start the server with -js, or give the account a limit.',
  StreamNotFoundError: 'There is no such stream: make it, or look at its name.',
  InvalidNameError: 'A stream cannot have that name.',
}

/** Codes of JetStream's answers that no further try would mend, and what to look at. */
const API_REMEDIES: Readonly<Record<number, string>> = {
  10039: 'JetStream is off for that account.',
  10060: 'Another stream takes that subject: look at stream, or at the subject.',
  10084:
    'The stream is a work queue, which wants acknowledgements: read one that keeps its messages by limits.',
  10059: 'There is no such stream: make it, or look at its name.',
  10076: 'JetStream is off there: start the server with -js.',
  10093: 'The filter takes in no subject of the stream: look at subject.',
}

/** What JetStream says of a stream that takes no more, with `discard: new`. */
const FULL = /^maximum (messages|bytes|messages per subject) exceeded$/
const FULL_REMEDY =
  'The stream is full: raise its limits, have it discard the oldest, or take messages off it.'
const API_REMEDY =
  'To send it again would change nothing: look at the options of the stream, and at what was asked.'

function explained(server: string, error: unknown, hasLasted: boolean): ConnectionDeniedError | undefined {
  const { name, message = '', code, status, cause } = error as Error & { code?: unknown; status?: unknown }
  const denied = (remedy: string): ConnectionDeniedError => new ConnectionDeniedError(server, remedy, error)
  const remedy =
    tlsRemedy(error) ?? REMEDIES[name] ?? (typeof code === 'number' ? API_REMEDIES[code] : undefined)
  if (remedy !== undefined) return denied(remedy)
  // whoever reads the stream may make room
  if (FULL.test(message)) return hasLasted ? denied(FULL_REMEDY) : undefined
  // it has understood what was asked, and will not do it
  if (name === 'JetStreamApiError' && (status === 400 || status === 404)) return denied(API_REMEDY)
  if (/does not support 'tls'/.test(message)) return denied('It has no TLS: leave tls out.')
  if (/TLS|secure connection/i.test(message) && name !== 'TimeoutError')
    return denied('It wants TLS: give tls.')
  return cause instanceof Error ? explained(server, cause, hasLasted) : undefined
}
