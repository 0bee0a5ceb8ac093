/** Where a RabbitMQ server is, and how it is reached. Checked when a term is made. */

import { InvalidOptionError } from '@millrace/core'
import { checkTexts, decodedPart, hostOf } from '../support/address.ts'
import { withoutPassword } from '../support/check-name.ts'
import { type ReconnectOptions, reconnectOf } from '../support/reconnect.ts'
import { checkTls, type TlsOptions } from '../support/tls.ts'

/** Where a RabbitMQ server is, and how it is reached. */
export interface RabbitmqOptions {
  /**
   * `amqp://[user:password@]host[:port][/virtual-host]`; `amqps:` is with TLS. Default `amqp://127.0.0.1:5672`, as user guest.
   */
  readonly url?: string
  readonly username?: string
  readonly password?: string
  /** The virtual host. Default: that of the url, or `/`. */
  readonly vhost?: string
  /** Encrypts the connection; a record says whom to trust. */
  readonly tls?: boolean | TlsOptions
  /** How a connection that was lost is tried again. */
  readonly reconnect?: ReconnectOptions
}

/** The names of these options, for `checkOptions`. */
export const RABBITMQ_OPTIONS = {
  url: true,
  username: true,
  password: true,
  vhost: true,
  tls: true,
  reconnect: true,
} as const

/** The options, checked. */
export interface RabbitmqAddress {
  readonly hostname: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly vhost: string
  readonly tls: boolean | TlsOptions
  readonly reconnect: Required<ReconnectOptions>
  /** What messages call the server: no credentials in it. */
  readonly server: string
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function rabbitmqAddress(owner: string, options: RabbitmqOptions): RabbitmqAddress {
  const { url = 'amqp://127.0.0.1:5672' } = options
  if (!URL.canParse(url) || !/^amqps?:$/.test(new URL(url).protocol)) {
    throw new InvalidOptionError(`url of ${owner}()`, withoutPassword(url), 'like amqp://127.0.0.1:5672')
  }
  checkTls(owner, options.tls)
  checkTexts(owner, options, ['username', 'password', 'vhost'])
  const place = new URL(url)
  const { protocol, port, pathname, username, password } = place
  const tls = options.tls ?? protocol === 'amqps:'
  const named = decodedPart(owner, pathname.slice(1))
  const address = {
    hostname: hostOf(place),
    port: Number(port || (tls === false ? 5672 : 5671)),
    username: options.username ?? (decodedPart(owner, username) || 'guest'),
    password: options.password ?? (decodedPart(owner, password) || 'guest'),
    vhost: options.vhost ?? (named || '/'),
  }
  const server = `RabbitMQ at ${place.hostname || address.hostname}:${address.port}`
  return { ...address, tls, server, reconnect: reconnectOf(owner, options.reconnect) }
}
