/** Connections to an MQTT broker, made with mqtt.js. Called by the sources and sinks of this folder. */

import type { Clock } from '@millrace/core'
import type { IClientOptions, MqttClient } from 'mqtt'
import { ConnectionDeniedError } from '../errors.ts'
import { closeSoon } from '../support/close-soon.ts'
import { Link, type Opener } from '../support/link.ts'
import { loadClient } from '../support/load-client.ts'
import { Retries } from '../support/reconnect.ts'
import { Handshakes, tlsOf, tlsRemedy } from '../support/tls.ts'
import type { MqttAddress } from './options.ts'

/** How long it may take to connect, in ms. */
const CONNECT_MS = 10_000

/** What a connection is made for. */
export interface Session<Client extends { readonly mqtt: MqttClient }> {
  readonly options: IClientOptions
  /** Called before anything has come. */
  begin(mqtt: MqttClient): Client
  /** Called once it is connected. */
  ready(client: Client): Promise<void>
}

/** A link whose clients are what a session makes of a connection. */
export function mqttLink<Client extends { readonly mqtt: MqttClient }>(
  address: MqttAddress,
  clock: Clock,
  session: Session<Client>,
): Link<Client> {
  const handshakes = new Handshakes(address.tls)
  const opener: Opener<Client> = {
    async open(signal) {
      const mqtt = await clientOf(address, session.options)
      const client = session.begin(mqtt)
      const give = (): void => void mqtt.end(true)
      signal.addEventListener('abort', give, { once: true })
      try {
        await handshakes.over(connected(mqtt), give)
        await session.ready(client)
        return client
      } catch (error) {
        await close(mqtt)
        throw error
      } finally {
        signal.removeEventListener('abort', give)
      }
    },
    close: ({ mqtt }) => close(mqtt),
  }
  const explain = (error: unknown): ConnectionDeniedError | undefined => explained(address.server, error)
  return new Link(opener, new Retries(address.server, address.reconnect, clock, explain))
}

async function clientOf(address: MqttAddress, options: IClientOptions): Promise<MqttClient> {
  const { connect } = await loadClient('mqtt', 'mqtt', () => import('mqtt'))
  const { host, port, username, password, tls } = address
  const encrypted = tlsOf(tls)
  return connect({
    ...encrypted,
    host,
    port,
    protocol: encrypted === undefined ? 'mqtt' : 'mqtts',
    protocolVersion: 5,
    connectTimeout: CONNECT_MS,
    // the link tries again, on the run's clock
    reconnectPeriod: 0,
    resubscribe: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...options,
  })
}

function connected(mqtt: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    mqtt.once('connect', () => resolve())
    // without a listener an error would end the process
    mqtt.on('error', reject)
    mqtt.once('close', () => reject(new Error('the connection was closed')))
  })
}

/** In good order where it is connected: what was sent before is sent. */
async function close(mqtt: MqttClient): Promise<void> {
  // the client would wait for acknowledgements that do not come once the connection is lost
  const gone = new Promise<void>((resolve) => mqtt.once('close', () => resolve()))
  const closing = (): Promise<void> =>
    mqtt.connected ? Promise.race([mqtt.endAsync(), gone]) : mqtt.endAsync(true)
  await closeSoon(closing, () => mqtt.stream?.destroy())
}

/** Calls `listener` when the connection is lost; what was the first reason counts. */
export function onLost(mqtt: MqttClient, listener: (error: unknown) => void): void {
  mqtt.on('error', listener)
  mqtt.on('disconnect', ({ reasonCode = 0, properties }) => {
    const said = properties?.reasonString ?? `reason code ${reasonCode}`
    listener(Object.assign(new Error(`the broker has ended the connection (${said})`), { code: reasonCode }))
  })
  mqtt.on('close', () => listener(new Error('the connection was lost')))
}

/** Reason codes of MQTT 5 that no further try would mend, and what to look at. */
const REMEDIES: Readonly<Record<number, string>> = {
  132: 'It does not speak MQTT 5.',
  133: 'It does not take that clientId.',
  134: 'Look at username and password.',
  135: 'Look at username and password, and at the rights of the user to these topics.',
  138: 'It has locked that client out.',
  140: 'It asks for another way to log in.',
  142:
    'Another client has taken over the session of that clientId: give each reader a clientId of its own, ' +
    'or share a topic out with $share/group/.',
  143: 'A topic is not written as it should be.',
  144: 'It does not take a topic of that name.',
  149: 'A message is larger than it takes.',
  151: 'A limit of the user is reached.',
  154: 'It keeps no messages: leave retain out.',
  155: 'It has no such quality of service: choose a lower qos.',
  158: 'It shares no subscriptions out.',
  161: 'It knows no subscription identifiers.',
  162: 'It takes no wildcards.',
}

/** A client that speaks MQTT 5 is told so by a broker that is older. */
const OLDER: Readonly<Record<number, string>> = {
  1: 'It does not speak MQTT 5.',
  2: 'It does not take that clientId.',
  4: 'Look at username and password.',
  5: 'Look at username and password.',
}

/** What is to be looked at; `undefined` for an error that may pass. */
function explained(server: string, error: unknown): ConnectionDeniedError | undefined {
  const { code } = error as { code?: unknown }
  const known = typeof code === 'number' ? (REMEDIES[code] ?? OLDER[code]) : undefined
  const remedy = known ?? tlsRemedy(error)
  return remedy === undefined ? undefined : new ConnectionDeniedError(server, remedy, error)
}
