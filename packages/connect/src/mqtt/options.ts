/** Where an MQTT broker is, and how it is reached. Checked when a term is made. */

import { InvalidOptionError } from '@millrace/core'
import { checkTexts, decodedPart, hostOf } from '../support/address.ts'
import { withoutPassword } from '../support/check-name.ts'
import { type ReconnectOptions, reconnectOf } from '../support/reconnect.ts'
import { checkTls, type TlsOptions } from '../support/tls.ts'

/** Where an MQTT broker is, and how it is reached. It must speak MQTT 5. */
export interface MqttOptions {
  /** `mqtt://[user:password@]host[:port]`; `mqtts:` is with TLS. Default `mqtt://127.0.0.1:1883`. */
  readonly url?: string
  readonly username?: string
  readonly password?: string
  /** Encrypts the connection; a record says whom to trust. */
  readonly tls?: boolean | TlsOptions
  /** How a connection that was lost is tried again. */
  readonly reconnect?: ReconnectOptions
}

/** The names of these options, for `checkOptions`. */
export const MQTT_OPTIONS = {
  url: true,
  username: true,
  password: true,
  tls: true,
  reconnect: true,
} as const

/** The options, checked. */
export interface MqttAddress {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean | TlsOptions
  readonly reconnect: Required<ReconnectOptions>
  /** What messages call the broker: no credentials in it. */
  readonly server: string
}

/** Quality of service: at most once, at least once, exactly once, between a client and the broker. */
export type Qos = 0 | 1 | 2

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function mqttAddress(owner: string, options: MqttOptions): MqttAddress {
  const { url = 'mqtt://127.0.0.1:1883' } = options
  if (!URL.canParse(url) || !/^mqtts?:$/.test(new URL(url).protocol)) {
    throw new InvalidOptionError(`url of ${owner}()`, withoutPassword(url), 'like mqtt://127.0.0.1:1883')
  }
  checkTls(owner, options.tls)
  checkTexts(owner, options, ['username', 'password'])
  const place = new URL(url)
  const { protocol, port, username, password } = place
  const tls = options.tls ?? protocol === 'mqtts:'
  const host = hostOf(place)
  const at = Number(port || (tls === false ? 1883 : 8883))
  return {
    host,
    port: at,
    username: options.username ?? (username === '' ? undefined : decodedPart(owner, username)),
    password: options.password ?? (password === '' ? undefined : decodedPart(owner, password)),
    tls,
    reconnect: reconnectOf(owner, options.reconnect),
    server: `MQTT broker at ${place.hostname || host}:${at}`,
  }
}
