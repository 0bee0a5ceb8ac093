/** Connections to MariaDB and MySQL: how they are asked for, made, and what their errors mean. Called by the terms of this folder. */

import type { Socket } from 'node:net'
import { InvalidOptionError, MillraceError, messageOf } from '@millrace/core'
import { checkMs, checkOptions, onAbort } from '@millrace/core/engine'
import type { Connection as CoreConnection } from 'mysql2'
import type { Connection, ConnectionOptions, FieldPacket, ResultSetHeader } from 'mysql2/promise'
import { ConnectionDeniedError } from '../errors.ts'
import { loadClient } from '../support/load-client.ts'
import type { SqlConnection, SqlResult, SqlRow, Verdict } from '../support/sql/dialect.ts'
import { isNetworkError } from '../support/sql/network-error.ts'
import { serverUrl } from '../support/sql/server-url.ts'
import { valueFrom } from './values.ts'

/** A server of MariaDB or MySQL and a database there. */
export interface MysqlServer {
  /** Default: localhost. */
  readonly host?: string
  /** Default 3306. */
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** `true`: TLS with a certificate that is checked. Or what differs from that. Default: none. */
  readonly tls?: boolean | MysqlTls
  /** How long to wait for a connection, in ms. Default 10,000. */
  readonly connectTimeoutMs?: number
}

/** How TLS is spoken. */
export interface MysqlTls {
  /** The certificates that are trusted, as PEM. Default: those that Node trusts. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** `mysql://user:password@host:3306/database`, or its parts. */
export type MysqlConnection = string | MysqlServer

const CONNECT_TIMEOUT_MS = 10_000
/** For how long a connection is silent, in ms, before the system asks whether the other side is there. */
const KEEP_ALIVE_DELAY_MS = 10_000
const EXAMPLE = 'mysql://user@host:3306/database'

/** What `mysql2` is told. @throws {InvalidOptionError} for a connection that is none. */
export function clientConfigOf(owner: string, connection: MysqlConnection | undefined): ConnectionOptions {
  if (typeof connection === 'string') return clientConfigOf(owner, partsOf(owner, connection))
  if (connection === undefined) {
    throw new InvalidOptionError(`connection of ${owner}()`, connection, EXAMPLE)
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
  const ssl =
    tls === undefined || tls === false ? {} : { ssl: { verifyIdentity: true, ...(tls === true ? {} : tls) } }
  return {
    ...server,
    ...ssl,
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
  }
}

function partsOf(owner: string, text: string): MysqlServer {
  const { url, parts } = serverUrl(owner, text, ['mysql:', 'mariadb:'], EXAMPLE)
  if (url.search !== '') {
    const names = [...url.searchParams.keys()].join(', ')
    throw new InvalidOptionError(`connection of ${owner}()`, `one with ?${names}`, EXAMPLE)
  }
  const [user, password, database] = parts
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
  }
}

/** What messages call it. */
export function serverName({ host = 'localhost', port = 3306 }: ConnectionOptions): string {
  return `MySQL at ${host}:${port}`
}

/** Wrong values are errors, whatever the server's own mode is; names may be quoted in one way only. */
const MODES =
  "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', time_zone = '+00:00'"

/** A connection of `mysql2`. */
export class MysqlSession implements SqlConnection {
  readonly connection: Connection
  /** The client's older interface, which knows streams, and a connection that is not made yet. */
  readonly core: CoreConnection
  #isClosed = false
  #stopListening: () => void = () => {}

  private constructor(core: CoreConnection) {
    this.core = core
    this.connection = core.promise()
    // a connection that is lost between two statements is found out with the next one
    core.on('error', () => undefined)
  }

  /** @param over lets go of the connection at once, also while it is being made. @throws what `mysql2` says. */
  static async open(config: ConnectionOptions, over: AbortSignal): Promise<MysqlSession> {
    const { createConnection } = await loadClient('mysql', 'mysql2', () => import('mysql2'))
    over.throwIfAborted()
    const core = createConnection({
      ...config,
      charset: 'utf8mb4',
      rowsAsArray: true,
      // texts, of which `valueFrom` makes what loses nothing
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      jsonStrings: true,
    })
    const session = new MysqlSession(core)
    session.#stopListening = onAbort(over, () => session.close())
    try {
      await session.#connected()
      await session.connection.query(MODES)
      await session.connection.query('set session transaction isolation level read committed')
    } catch (error) {
      session.close()
      throw error
    }
    return session
  }

  #connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.core.once('connect', () => resolve())
      this.core.once('error', reject)
    })
  }

  get id(): number | undefined {
    return this.core.threadId ?? undefined
  }

  query(sql: string, params?: readonly unknown[]): Promise<SqlResult> {
    const answered = this.#query(sql, params)
    // who asked may have gone by the time that the connection is ended
    answered.catch(() => undefined)
    return answered
  }

  async #query(sql: string, params: readonly unknown[] | undefined): Promise<SqlResult> {
    // not all statements can be prepared: those without parameters are sent as they stand
    const [result, fields] =
      params === undefined || params.length === 0
        ? await this.connection.query(sql)
        : await this.connection.execute(sql, [...params] as never)
    if (!Array.isArray(result)) {
      return { columns: [], rows: [], written: (result as ResultSetHeader).affectedRows }
    }
    const rows = (result as unknown as SqlRow[]).map((row) => rowFrom(row, fields))
    return { columns: fields.map(({ name }) => name), rows, written: 0 }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stopListening()
    // the client's own way only says goodbye, and would wait for a server that does not answer
    const { stream } = this.core as unknown as { stream: Socket }
    stream.destroy(Object.assign(new Error('the run has let go of the connection'), { code: 'ECONNABORTED' }))
  }
}

/** A row with the values as JavaScript has them. */
export function rowFrom(row: SqlRow, fields: readonly FieldPacket[]): unknown[] {
  return row.map((value, at) => valueFrom(value, fields[at] as FieldPacket))
}

/** Numbers of errors that say: not now. */
const PASSING = [
  1040, 1053, 1077, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1205, 1213, 1317, 1927, 2006, 2013,
]
/** …and those of data that the server does not take. */
const OF_A_ROW = [
  1048, 1062, 1138, 1216, 1217, 1264, 1265, 1292, 1364, 1365, 1366, 1367, 1406, 1411, 1451, 1452, 1586, 1644,
  1690, 3140, 3819, 4025, 4161,
]

/** What an error of `mysql2` says of another try. */
export function verdictOn(error: unknown): Verdict {
  if (error instanceof MillraceError) return 'lasting'
  const { errno = 0, sqlState } = error as { errno?: number; sqlState?: string }
  if (tlsRemedy(error) !== undefined) return 'lasting'
  if (errno < 1000) return isLost(error) ? 'passing' : 'lasting'
  if (PASSING.includes(errno) || sqlState?.startsWith('08') === true) return 'passing'
  return OF_A_ROW.includes(errno) ? 'row' : 'lasting'
}

/** The connection is gone, or did not come about. */
function isLost(error: unknown): boolean {
  const { code = '' } = error as { code?: string }
  // the client says of these two: "Connection lost", "Can't add new command when connection is in closed state"
  return isNetworkError(error) || code === 'PROTOCOL_CONNECTION_LOST' || /closed state/.test(messageOf(error))
}

const REMEDIES: Readonly<Record<number, string>> = {
  1044: 'Give the user this right, with GRANT.',
  1045: 'Look at the user and the password.',
  1049: 'Look at the name of the database.',
  1054: 'Look at the names of the columns.',
  1142: 'Give the user this right, with GRANT.',
  1143: 'Give the user this right, with GRANT.',
  1146: 'Look at the name of the table and the database.',
  1698: 'Look at the user: the server lets it in by another way than a password.',
}

/** What no further try would mend, and what to look at. */
export function explain(error: unknown, server: string): MillraceError {
  if (error instanceof MillraceError) return error
  const { errno = 0 } = error as { errno?: number }
  const remedy = tlsRemedy(error) ?? REMEDIES[errno] ?? 'Look at the statement and its parameters.'
  return new ConnectionDeniedError(server, remedy, error)
}

/** Of a mistake in TLS; `undefined` for any other error. */
function tlsRemedy(error: unknown): string | undefined {
  const { code = '' } = error as { code?: string }
  const text = `${code} ${messageOf(error)}`
  if (/NO_SSL_SUPPORT|does not support secure/.test(text)) {
    return 'The server speaks no TLS: leave tls out, or give the server a certificate.'
  }
  if (/ALTNAME/i.test(text) || text.includes("does not match certificate's altnames")) {
    return 'Its certificate is for another name: say the one it has as host.'
  }
  if (/CERT_|_CERT|self.signed|unable to verify|unable to get/i.test(text)) {
    return 'Its certificate is not trusted: give the one that has signed it as tls.ca.'
  }
  return undefined
}
