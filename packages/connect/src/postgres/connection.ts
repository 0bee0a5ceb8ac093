/** Connections to PostgreSQL: how they are asked for, made, and what their errors mean. Called by the terms of this folder. */

import { InvalidOptionError, MillraceError, messageOf } from '@millrace/core'
import { checkMs, checkOptions } from '@millrace/core/engine'
import type { Client, ClientConfig } from 'pg'
import { ConnectionDeniedError } from '../errors.ts'
import { loadClient } from '../support/load-client.ts'
import type { SqlConnection, SqlResult, Verdict } from '../support/sql/dialect.ts'
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
  /** The name that the server's certificate must have. Default: the host. */
  readonly servername?: string
}

/** `postgres://user:password@host:5432/database`, or its parts. */
export type PostgresConnection = string | PostgresServer

const CONNECT_TIMEOUT_MS = 10_000

/** What `pg` is told. @throws {InvalidOptionError} for a connection that is none. */
export function clientConfigOf(owner: string, connection: PostgresConnection = {}): ClientConfig {
  if (typeof connection === 'string') {
    if (!/^postgres(ql)?:\/\//.test(connection)) {
      throw new InvalidOptionError(
        `connection of ${owner}()`,
        connection,
        'postgres://user@host:5432/database',
      )
    }
    return { connectionString: connection, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true }
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
  const ssl = tls === undefined || tls === false ? {} : { ssl: tls === true ? {} : { ...tls } }
  return { ...server, ...ssl, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true }
}

/** What messages call it. */
export function serverName(config: ClientConfig): string {
  const { connectionString, host, port } = config
  if (connectionString !== undefined) {
    const { hostname, port: named } = new URL(connectionString)
    return `PostgreSQL at ${hostname || 'localhost'}:${named || 5432}`
  }
  const env = process.env
  return `PostgreSQL at ${host ?? env['PGHOST'] ?? 'localhost'}:${port ?? env['PGPORT'] ?? 5432}`
}

/** A connection of `pg`. */
export class PostgresSession implements SqlConnection {
  readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  /** @throws what `pg` says. */
  static async open(config: ClientConfig): Promise<PostgresSession> {
    const { default: pg } = await loadClient('postgres', 'pg', () => import('pg'))
    const client = new pg.Client({
      ...config,
      types: { getTypeParser: textParsers(pg.types) },
    } as ClientConfig)
    // a connection that is lost between two statements is found out with the next one
    client.on('error', () => undefined)
    const session = new PostgresSession(client)
    try {
      await client.connect()
      // a name of a schema in a statement is looked up as it stands there; times come in one form
      await client.query("set datestyle = 'ISO'; set timezone = 'UTC'; set intervalstyle = 'iso_8601'")
    } catch (error) {
      session.close()
      throw error
    }
    return session
  }

  async query(sql: string, params?: readonly unknown[]): Promise<SqlResult> {
    const { fields, rows, rowCount } = await this.client.query<unknown[]>({
      text: sql,
      ...(params === undefined ? {} : { values: [...params] }),
      rowMode: 'array',
    })
    return { columns: fields.map(({ name }) => name), rows, written: rowCount ?? 0 }
  }

  close(): void {
    // it ends what is under way as well; what that fails with was told to whom it may concern
    this.client.end().catch(() => undefined)
  }
}

/** Beginnings of SQLSTATE that say: not now. */
const PASSING = ['08', '53', '57P', '40001', '40P01', '55P03']
/** …and those of data that the server does not take. */
const OF_A_ROW = ['22', '23']
const TWICE = '21000'

/** What an error of `pg` says of another try. */
export function verdictOn(error: unknown): Verdict {
  if (error instanceof MillraceError) return 'lasting'
  const state = stateOf(error)
  if (state === undefined) return tlsRemedy(error) === undefined ? 'passing' : 'lasting'
  if (PASSING.some((begin) => state.startsWith(begin))) return 'passing'
  if (state === TWICE) return 'twice'
  return OF_A_ROW.some((begin) => state.startsWith(begin)) ? 'row' : 'lasting'
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
]

/** What no further try would mend, and what to look at. */
export function explain(error: unknown, server: string): MillraceError {
  if (error instanceof MillraceError) return error
  const state = stateOf(error) ?? ''
  const remedy =
    tlsRemedy(error) ??
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
