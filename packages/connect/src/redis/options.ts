/** Where a Redis server is, and how it is reached. Checked when a term is made. */

import { InvalidOptionError } from '@millrace/core'
import { checkWhole } from '@millrace/core/engine'
import { checkText, unescaped, withoutPassword } from '../support/check-name.ts'
import { type ReconnectOptions, reconnectOf } from '../support/reconnect.ts'
import { checkTls, type TlsOptions } from '../support/tls.ts'

/** Where a Redis server is, and how it is reached. */
export interface RedisOptions {
  /** `redis://[user:password@]host[:port][/database]`; `rediss:` is with TLS. Default `redis://127.0.0.1:6379`. */
  readonly url?: string
  readonly username?: string
  readonly password?: string
  /** Number of the database. Default 0. */
  readonly db?: number
  /** Encrypts the connection; a record says whom to trust. */
  readonly tls?: boolean | TlsOptions
  /** How a connection that was lost is tried again. */
  readonly reconnect?: ReconnectOptions
}

/** The names of these options, for `checkOptions`. */
export const REDIS_OPTIONS = {
  url: true,
  username: true,
  password: true,
  db: true,
  tls: true,
  reconnect: true,
} as const

/** The options, checked. */
export interface RedisAddress extends RedisOptions {
  readonly url: string
  readonly db: number
  readonly reconnect: Required<ReconnectOptions>
  /** What messages call the server: no credentials in it. */
  readonly server: string
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function redisAddress(owner: string, options: RedisOptions): RedisAddress {
  const { url = 'redis://127.0.0.1:6379', username, password, tls } = options
  if (typeof url !== 'string' || !URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new InvalidOptionError(`url of ${owner}()`, withoutPassword(url), 'like redis://127.0.0.1:6379')
  }
  checkText(`username of ${owner}()`, username)
  checkText(`password of ${owner}()`, password)
  checkTls(owner, tls)
  const parts = new URL(url)
  for (const part of [parts.username, parts.password]) unescaped(`url of ${owner}()`, part)
  const named = parts.pathname.slice(1)
  const db = options.db ?? (named === '' ? 0 : Number(named))
  checkWhole(options.db === undefined ? `The database in url of ${owner}()` : `db of ${owner}()`, db, 0)
  const server = `Redis at ${parts.hostname || '127.0.0.1'}:${parts.port || 6379}`
  return { ...options, url, db, server, reconnect: reconnectOf(owner, options.reconnect) }
}
