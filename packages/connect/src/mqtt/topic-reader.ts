/**
 * `TopicReader`: reads subscriptions and acknowledges what the run has taken charge of. Made by `topics`.
 *
 * mqtt.js acknowledges a message as soon as it has handled it, and handles one at a time. So its `handleMessage` is told of an
 * error, upon which it goes on without an acknowledgement, and that is sent from here later: the 4 bytes of a PUBACK.
 * An acknowledgement belongs to the connection on which the message came. What was not acknowledged comes again on the
 * next one, so a batch is one message: a run that goes on has nothing to pass over.
 */

import { randomUUID } from 'node:crypto'
import type { Clock } from '@millrace/core'
import type { IPublishPacket, MqttClient } from 'mqtt'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import type { Placed, Reader } from '../support/reader-source.ts'
import { mqttLink, onLost } from './connection.ts'
import { keepWatch } from './keep-watch.ts'
import { matches } from './matches.ts'
import type { MqttAddress } from './options.ts'
import { type DecodeData, itemOf, type MqttMessage } from './records.ts'

/** What is read, and how. */
export interface TopicReading<Data> {
  readonly address: MqttAddress
  readonly topics: readonly string[]
  readonly qos: 0 | 1
  /** Of a session that the broker keeps; `undefined` for one that ends with its connection. */
  readonly clientId: string | undefined
  readonly sessionS: number
  /** After how many ms of silence the broker is asked whether it is there. */
  readonly keepaliveMs: number
  readonly prefetch: number
  readonly decode: DecodeData<Data>
}

/** So many messages of this connection. */
interface Place {
  readonly connection: string
  readonly count: number
}

interface Client {
  readonly mqtt: MqttClient
  readonly id: string
  readonly inbox: Inbox<IPublishPacket>
  /** Messages given. */
  count: number
  /** What it was given and nobody has taken yet will be given again. */
  isLost: boolean
  /** What was given and is not acknowledged: `at` is its place among all that were given. */
  readonly open: { readonly at: number; readonly messageId: number }[]
}

/** Messages without an acknowledgement that a connection may have: the most that MQTT can say. */
const UNACKNOWLEDGED = 65_535
/** After how many ms of silence the system looks whether the broker's machine is still there, also while nothing is read. */
const SILENT_MS = 30_000
const NOT_YET = new Error('acknowledged later')

/** How many messages are taken together: the client may hold others meanwhile. */
const shareOf = (prefetch: number): number => Math.ceil(prefetch / 2)

export class TopicReader<Data> implements Reader<MqttMessage<Data>> {
  readonly #reading: TopicReading<Data>
  readonly #link: Link<Client>
  #client: Client | undefined
  #isStopped = false

  constructor(reading: TopicReading<Data>, clock: Clock) {
    this.#reading = reading
    const { clientId, sessionS } = reading
    this.#link = mqttLink(reading.address, clock, {
      options: {
        clientId: clientId ?? `millrace-${randomUUID().slice(0, 13)}`,
        clean: clientId === undefined,
        // while the graph takes nothing, answers to pings would not be read either: see keepWatch
        keepalive: 0,
        properties: { receiveMaximum: UNACKNOWLEDGED, sessionExpiryInterval: sessionS },
      },
      begin: (mqtt) => this.#begin(mqtt),
      ready: (client) => this.#subscribe(client),
    })
  }

  #begin(mqtt: MqttClient): Client {
    const { prefetch, topics, keepaliveMs } = this.#reading
    let goOn = (): void => undefined
    let isFull = false
    const inbox = new Inbox<IPublishPacket>(
      // with those that were taken together, and wait in `read`, no more than `prefetch`
      prefetch - shareOf(prefetch) + 1,
      () => {
        isFull = true
      },
      () => {
        isFull = false
        goOn()
      },
    )
    const client: Client = { mqtt, id: randomUUID(), inbox, count: 0, isLost: false, open: [] }
    mqtt.handleMessage = (packet, callback) => {
      // a session may hold filters of an earlier run: what only those ask for is acknowledged, and not given
      if (!topics.some((filter) => matches(filter, packet.topic))) {
        callback()
        return
      }
      inbox.push(packet)
      goOn = () => callback(this.#isAcknowledgedLater(packet) ? NOT_YET : undefined)
      if (!isFull) goOn()
    }
    const lose = (error: unknown): void => {
      client.isLost = true
      inbox.fail(error)
    }
    onLost(mqtt, lose)
    keepWatch(mqtt, keepaliveMs, () => isFull, lose)
    mqtt.on('connect', () => {
      const { stream } = mqtt as unknown as { stream: { setKeepAlive?(on: boolean, afterMs: number): void } }
      stream.setKeepAlive?.(true, SILENT_MS)
    })
    this.#client = client
    return client
  }

  /**
   * What a session of an earlier run has kept may have another quality of service: with QoS 0 nobody acknowledges it here, and
   * the handshake of QoS 2 is left to the client.
   */
  #isAcknowledgedLater({ qos }: IPublishPacket): boolean {
    return this.#reading.qos === 1 && qos === 1
  }

  /** Not waited for: what the session has kept may fill the inbox before the answer is read. */
  async #subscribe({ mqtt, inbox }: Client): Promise<void> {
    const { topics, qos } = this.#reading
    mqtt.subscribeAsync([...topics], { qos }).catch((error: unknown) => inbox.fail(error))
  }

  async *read(): AsyncGenerator<Placed<MqttMessage<Data>>, void, undefined> {
    const { prefetch, decode } = this.#reading
    while (!this.#isStopped) {
      const { client, packets } = await this.#link.call(async (client) => {
        return { client, packets: await client.inbox.take(shareOf(prefetch)) }
      })
      for (const packet of packets) {
        if (client.isLost) break
        client.count++
        const { messageId } = packet
        if (this.#isAcknowledgedLater(packet) && messageId !== undefined)
          client.open.push({ at: client.count, messageId })
        yield { items: [itemOf(packet, decode)], place: { connection: client.id, count: client.count } }
      }
    }
  }

  async acknowledge(place: unknown): Promise<void> {
    const { connection, count } = place as Place
    const client = this.#client
    // what another connection was given is given again, and acknowledged then
    if (client?.id !== connection || !client.mqtt.connected) return
    const { open, mqtt } = client
    const upTo = open.findIndex(({ at }) => at > count)
    const acknowledged = open.splice(0, upTo < 0 ? open.length : upTo)
    const bytes = acknowledged.flatMap(({ messageId }) => [0x40, 2, messageId >> 8, messageId & 0xff])
    if (bytes.length > 0) mqtt.stream.write(Buffer.from(bytes))
  }

  stop(): void {
    this.#isStopped = true
    this.#client?.inbox.end()
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}
