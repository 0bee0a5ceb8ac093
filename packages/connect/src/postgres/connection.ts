/** Connections to PostgreSQL: how they are asked for, made, and what their errors mean. Called by the terms of this folder. */

import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { MillraceError, messageOf } from '@millrace/core'
import { checkMs, checkOptions, onAbort } from '@millrace/core/engine'
import type { Client, ClientConfig } from 'pg'
import { ConnectionDeniedError } from '../errors.ts'
import { loadClient } from '../support/load-client.ts'
import type { SqlConnection, SqlResult, Verdict } from '../support/sql/dialect.ts'
import { isNetworkError } from '../support/sql/network-error.ts'
import { serverUrl } from '../support/sql/server-url.ts'
import { textParsers } from './values.ts'

/** A server of PostgreSQL and a database there. What is left out is taken from the environment, `PGHOST` and its kin. */
export interface PostgresServer {
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** `true`: TLS with a certificate that is checked. Or what differs from that. Default: none. */
  readonly tls?: boolean | PostgresTls
  /** How long to wait for a connection, in ms. Default 10,000. */
  readonly connectTimeoutMs?: number
}

/** How TLS is spoken. */
export interface PostgresTls {
  /** The certificates that are trusted, as PEM. Default: those that Node trusts. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The name that the server's certificate must have. Default: the host. The server is asked for the host in either case. */
  readonly servername?: string
}

/** `postgres://user:password@host:5432/database`, or its parts. */
export type PostgresConnection = string | PostgresServer

const CONNECT_TIMEOUT_MS = 10_000
/** For how long a connection is silent, in ms, before the system asks whether the other side is there. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

/** What `pg` is told. @throws {InvalidOptionError} for a connection that is none. */
export function clientConfigOf(owner: string, connection: PostgresConnection = {}): ClientConfig {
  if (typeof connection === 'string') {
    // a host may be left out behind the user, which is no URL
    const text = connection.replace('@/', '@localhost/')
    serverUrl(owner, text, ['postgres:', 'postgresql:'], 'postgres://user@host:5432/database')
    return { connectionString: connection, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, ...KEEP_ALIVE }
  }
  checkOptions(`connection of ${owner}`, connection, {
    host: true,
    port: true,
    user: true,
    password: true,
    database: true,
    tls: true,
    connectTimeoutMs: true,
  })
  const { tls, connectTimeoutMs = CONNECT_TIMEOUT_MS, ...server } = connection
  checkMs(`connection.connectTimeoutMs of ${owner}()`, connectTimeoutMs)
  const ssl = tls === undefined || tls === false ? {} : { ssl: tls === true ? {} : sslOf(tls) }
  return { ...server, ...ssl, connectionTimeoutMillis: connectTimeoutMs, ...KEEP_ALIVE }
}

/** The client sets `servername` itself, to the host; so the certificate is compared here. */
function sslOf({ servername, ...tls }: PostgresTls): NonNullable<ClientConfig['ssl']> {
  if (servername === undefined) return tls
  const identity = (_: string, certificate: PeerCertificate) => checkServerIdentity(servername, certificate)
  return { ...tls, checkServerIdentity: identity }
}

/** What messages call it. */
export function serverName(config: ClientConfig): string {
  const { connectionString, host, port } = config
  if (connectionString !== undefined) {
    const { hostname, port: named } = new URL(connectionString.replace('@/', '@localhost/'))
    return `PostgreSQL at ${hostname || 'localhost'}:${named || 5432}`
  }
  const env = process.env
  return `PostgreSQL at ${host ?? env['PGHOST'] ?? 'localhost'}:${port ?? env['PGPORT'] ?? 5432}`
}

/**
 * What a session is told, whatever the server's or the user's own settings are: texts are to have one form, and all digits. A
 * name of a schema in a statement is looked up as it stands there.
 */
const SETTINGS = [
  "set datestyle = 'ISO'",
  "set timezone = 'UTC'",
  "set intervalstyle = 'iso_8601'",
  "set bytea_output = 'hex'",
  'set extra_float_digits = 3',
  "set client_encoding = 'UTF8'",
].join('; ')

/** What `pg` keeps beside what its types tell. */
interface ClientParts {
  readonly processID: number | null
  readonly connection: { readonly stream: { destroy(error: Error): void } }
}

/** A connection of `pg`. */
export class PostgresSession implements SqlConnection {
  readonly client: Client
  #isConnected = false
  #stopListening: () => void = () => {}

  private constructor(client: Client) {
    this.client = client
  }

  /** @param over lets go of the connection at once, also while it is being made. @throws what `pg` says. */
  static async open(config: ClientConfig, over: AbortSignal): Promise<PostgresSession> {
    const { default: pg } = await loadClient('postgres', 'pg', () => import('pg'))
    over.throwIfAborted()
    const client = new pg.Client({
      ...config,
      types: { getTypeParser: textParsers(pg.types) },
    } as ClientConfig)
    // a connection that is lost between two statements is found out with the next one
    client.on('error', () => undefined)
    const session = new PostgresSession(client)
    session.#stopListening = onAbort(over, () => session.close())
    try {
      await client.connect()
      session.#isConnected = true
      await client.query(SETTINGS)
    } catch (error) {
      session.close()
      throw error
    }
    return session
  }

  query(sql: string, params?: readonly unknown[]): Promise<SqlResult> {
    const answered = this.#query(sql, params)
    // who asked may have gone by the time that the connection is ended
    answered.catch(() => undefined)
    return answered
  }

  async #query(sql: string, params: readonly unknown[] | undefined): Promise<SqlResult> {
    const { fields, rows, rowCount } = await this.client.query<unknown[]>({
      text: sql,
      ...(params === undefined ? {} : { values: [...params] }),
      rowMode: 'array',
    })
    return { columns: fields.map(({ name }) => name), rows, written: rowCount ?? 0 }
  }

  get id(): number | undefined {
    return this.#parts.processID ?? undefined
  }

  get #parts(): ClientParts {
    return this.client as unknown as ClientParts
  }

  close(): void {
    this.#stopListening()
    if (!this.#isConnected) {
      // a connection that is being made is not ended by `end`, nor is who waits for it told
      this.#parts.connection.stream.destroy(
        Object.assign(new Error('the run has let go of the connection'), { code: 'ECONNABORTED' }),
      )
    }
    // it ends what is under way as well; what that fails with was told to whom it may concern
    this.client.end().catch(() => undefined)
  }
}

/** Beginnings of SQLSTATE that say: not now. */
const PASSING = ['08', '53', '57P', '40001', '40P01', '55P03']
/** …and those of data that the server does not take: by their type, a constraint, a trigger, their size. */
const OF_A_ROW = ['22', '23', 'P0001', '54000']
const TWICE = '21000'

/** What an error of `pg` says of another try. */
export function verdictOn(error: unknown): Verdict {
  if (error instanceof MillraceError) return 'lasting'
  const state = stateOf(error)
  if (state === undefined) return tlsRemedy(error) === undefined && isLost(error) ? 'passing' : 'lasting'
  if (PASSING.some((begin) => state.startsWith(begin))) return 'passing'
  if (state === TWICE) return 'twice'
  return OF_A_ROW.some((begin) => state.startsWith(begin)) ? 'row' : 'lasting'
}

/** What the client says of a connection that is gone, or did not come about, without a code. */
const LOST =
  /^(Connection terminated|timeout expired|Client was closed|Client has encountered a connection error|There was an error establishing an SSL)/

function isLost(error: unknown): boolean {
  return isNetworkError(error) || LOST.test(messageOf(error))
}

function stateOf(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && severity !== undefined ? code : undefined
}

const REMEDIES: readonly (readonly [state: string, remedy: string])[] = [
  ['28P01', 'Look at the user and the password.'],
  ['28', 'Look at the user, and at what pg_hba.conf of the server lets in from this address.'],
  ['3D000', 'Look at the name of the database.'],
  ['42501', 'Give the user this right, with GRANT.'],
  ['3F000', 'Look at the name of the schema.'],
  ['42P01', 'Look at the name of the table, its schema and the database.'],
  ['42703', 'Look at the names of the columns.'],
  ['42P10', 'ON CONFLICT needs a unique index, or the primary key, over exactly the columns of the key.'],
  ['0A000', 'The server cannot do this.'],
  [
    '23',
    'A constraint that is checked at the end of a transaction refuses rows of a batch. Make it NOT DEFERRABLE: then the rows ' +
      'are told, to onRefused or as the error.',
  ],
]

/** What no further try would mend, and what to look at. */
export function explain(error: unknown, server: string): MillraceError {
  if (error instanceof MillraceError) return error
  const state = stateOf(error) ?? ''
  const remedy =
    tlsRemedy(error) ??
    clientRemedy(error) ??
    REMEDIES.find(([begin]) => state.startsWith(begin))?.[1] ??
    'Look at the statement and its parameters.'
  return new ConnectionDeniedError(server, remedy, withDetail(error))
}

/** An error with what the server says of it beside the message: which key, which line. */
export function withDetail(error: unknown): unknown {
  const { detail, where } = error as { detail?: string; where?: string }
  const more = [detail, where?.startsWith('COPY') === true ? where : undefined].filter(
    (text) => text !== undefined,
  )
  return more.length === 0 ? error : new Error(`${messageOf(error)} (${more.join('; ')})`, { cause: error })
}

/** Of what the client does not do, before the server says anything; `undefined` for an error of the server. */
function clientRemedy(error: unknown): string | undefined {
  if (stateOf(error) !== undefined) return undefined
  return /password|SASL|SCRAM/i.test(messageOf(error))
    ? 'Look at the user and the password: the server asks for one.'
    : 'It is the client that fails: look at the connection, the parameters and the values.'
}

/** Of a mistake in TLS; `undefined` for any other error. */
function tlsRemedy(error: unknown): string | undefined {
  const { code, message } = error as { code?: string; message?: string }
  if (message?.includes('does not support SSL') === true) {
    return 'The server speaks no TLS: leave tls out, or turn ssl on in postgresql.conf.'
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'Its certificate is for another name: say the one it has as host, or as tls.servername.'
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code ?? '')) {
    return 'Its certificate is not trusted: give the one that has signed it as tls.ca.'
  }
  return undefined
}
