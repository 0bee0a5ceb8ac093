/** Where a NATS server is, and how it is reached. Checked when a term is made. */

import { InvalidOptionError } from '@millrace/core'
import { checkText, unescaped, withoutPassword } from '../support/check-name.ts'
import { type ReconnectOptions, reconnectOf } from '../support/reconnect.ts'
import { checkTls, type TlsOptions } from '../support/tls.ts'

/** Where a NATS server is, and how it is reached. */
export interface NatsOptions {
  /** `nats://[user:password@]host[:port]`; `tls:` is with TLS. Default `nats://127.0.0.1:4222`. */
  readonly url?: string
  readonly username?: string
  readonly password?: string
  readonly token?: string
  /** Encrypts the connection; a record says whom to trust. */
  readonly tls?: boolean | TlsOptions
  /** How a connection that was lost is tried again. */
  readonly reconnect?: ReconnectOptions
}

/** The names of these options, for `checkOptions`. */
export const NATS_OPTIONS = {
  url: true,
  username: true,
  password: true,
  token: true,
  tls: true,
  reconnect: true,
} as const

/** The options, checked. */
export interface NatsAddress extends NatsOptions {
  readonly host: string
  readonly reconnect: Required<ReconnectOptions>
  /** What messages call the server: no credentials in it. */
  readonly server: string
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function natsAddress(owner: string, options: NatsOptions): NatsAddress {
  const { url = 'nats://127.0.0.1:4222', tls } = options
  checkText(`username of ${owner}()`, options.username)
  checkText(`password of ${owner}()`, options.password)
  checkText(`token of ${owner}()`, options.token)
  if (typeof url !== 'string' || !URL.canParse(url) || !/^(nats|tls):$/.test(new URL(url).protocol)) {
    throw new InvalidOptionError(`url of ${owner}()`, withoutPassword(url), 'like nats://127.0.0.1:4222')
  }
  checkTls(owner, tls)
  const { hostname, port, protocol, username, password } = new URL(url)
  const host = `${hostname || '127.0.0.1'}:${port || 4222}`
  return {
    ...(username === '' ? {} : { username: unescaped(`url of ${owner}()`, username) }),
    ...(password === '' ? {} : { password: unescaped(`url of ${owner}()`, password) }),
    ...options,
    host,
    server: `NATS at ${host}`,
    tls: tls ?? protocol === 'tls:',
    reconnect: reconnectOf(owner, options.reconnect),
  }
}
