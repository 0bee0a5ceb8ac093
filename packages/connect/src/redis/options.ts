/** Where a Redis server is, and how it is reached. Checked when a term is made. */

import { InvalidOptionError } from '@millrace/core'
import { withoutPassword } from '../support/check-name.ts'
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
  readonly reconnect: Required<ReconnectOptions>
  /** What messages call the server: no credentials in it. */
  readonly server: string
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function redisAddress(owner: string, options: RedisOptions): RedisAddress {
  const { url = 'redis://127.0.0.1:6379', tls } = options
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new InvalidOptionError(`url of ${owner}()`, withoutPassword(url), 'like redis://127.0.0.1:6379')
  }
  checkTls(owner, tls)
  const { hostname, port } = new URL(url)
  const server = `Redis at ${hostname || '127.0.0.1'}:${port || 6379}`
  return { ...options, url, server, reconnect: reconnectOf(owner, options.reconnect) }
}
