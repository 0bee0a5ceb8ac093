/** `publish`: sends items to an MQTT broker. */

import { randomUUID } from 'node:crypto'
import { type Clock, type Context, InvalidOptionError, type SinkTerm } from '@millrace/core'
import { checkOptions } from '@millrace/core/engine'
import type { MqttClient } from 'mqtt'
import { type BatchOptions, batchingOf } from '../support/batcher.ts'
import type { Link } from '../support/link.ts'
import { type Writer, WriterSink, type Written } from '../support/writer-sink.ts'
import { mqttLink, onLost } from './connection.ts'
import { MQTT_OPTIONS, type MqttAddress, type MqttOptions, mqttAddress, type Qos } from './options.ts'
import { checkOutgoing, type MqttOutgoing, publishOptions } from './records.ts'

/** Options of {@link publish}. */
export interface MqttPublishOptions extends MqttOptions, BatchOptions {
  /** Quality of service of the messages that have none of their own. Default 1. */
  readonly qos?: Qos
}

/**
 * A sink that publishes each item `{ topic, data, qos?, retain?, properties? }` over MQTT: at least once with QoS 1 and 2, at
 * most once with QoS 0.
 *
 * Messages are sent in batches of `batchItems` (500), the first of which waits `batchMs` (200 ms) at most; a batch is done
 * once the broker has acknowledged each message, and the writers are held back while one is under way. What was not
 * acknowledged when the connection was cut is sent again, as is what came after the checkpoint where a run goes on. With
 * QoS 2 a message comes once as long as the connection holds. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is no message fails with a `BadInputError`; a
 * run fails with a `ConnectionDeniedError` if the broker refuses, a `ConnectionLostError` if it cannot be reached.
 *
 * @example
 * ```ts needs=mqtt
 * import { run } from 'millrace'
 * import { publish } from 'millrace/connect/mqtt'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const sink = publish({ qos: 1 })
 * const readings = fromIterable([21.5, 22]).pipe(map((celsius) => ({ topic: 'sensors/a', data: String(celsius) })))
 * console.log((await run(readings.pipe(sink)).done).result(sink)) // { messages: 2 }
 * ```
 */
export function publish(options: MqttPublishOptions = {}): SinkTerm<MqttOutgoing, Written> {
  checkOptions('publish', options, { ...MQTT_OPTIONS, batchItems: true, batchMs: true, qos: true })
  const { qos = 1 } = options
  if (qos !== 0 && qos !== 1 && qos !== 2) {
    throw new InvalidOptionError('qos of publish()', qos, '0, 1 or 2')
  }
  return new Publishing(mqttAddress('publish', options), options, qos)
}

class Publishing extends WriterSink<MqttOutgoing, MqttOutgoing, { messages: number }> {
  override name = 'publish'
  readonly #address: MqttAddress
  readonly #qos: Qos

  constructor(address: MqttAddress, options: BatchOptions, qos: Qos) {
    super(batchingOf('publish', options))
    this.#address = address
    this.#qos = qos
  }

  override initialState(): { messages: number } {
    return { messages: 0 }
  }

  protected override writer({ clock }: Context<{ messages: number }, never>): Writer<MqttOutgoing> {
    return new MqttWriter(this.#address, clock, this.#qos)
  }

  protected override entry(item: MqttOutgoing): MqttOutgoing {
    checkOutgoing(item)
    return item
  }
}

interface Client {
  readonly mqtt: MqttClient
  /** Rejects when the connection is lost. */
  readonly lost: Promise<never>
  /** Messages with QoS 1 or 2 that the broker lets be without an acknowledgement; mqtt.js does not see to that. */
  window: number
}

class MqttWriter implements Writer<MqttOutgoing> {
  readonly #qos: Qos
  readonly #link: Link<Client>

  constructor(address: MqttAddress, clock: Clock, qos: Qos) {
    this.#qos = qos
    this.#link = mqttLink<Client>(address, clock, {
      options: { clientId: `millrace-${randomUUID().slice(0, 13)}`, clean: true, queueQoSZero: false },
      begin,
      ready: () => Promise.resolve(),
    })
  }

  /** As many at once as the broker allows; those that were not acknowledged are sent again, in their order. */
  async write(batch: readonly MqttOutgoing[]): Promise<void> {
    // by their places: one object may be in a batch twice
    const open = new Map(batch.entries())
    await this.#link.call(async ({ mqtt, lost, window }) => {
      const entries = open.entries()
      const send = async (): Promise<void> => {
        for (const [at, message] of entries) {
          const data = typeof message.data === 'string' ? message.data : Buffer.from(message.data)
          await mqtt.publishAsync(message.topic, data, publishOptions(message, this.#qos))
          open.delete(at)
        }
      }
      const sending = Array.from({ length: Math.min(window, open.size) }, send)
      await Promise.race([Promise.all(sending), lost])
    })
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}

function begin(mqtt: MqttClient): Client {
  const lost = new Promise<never>((_, reject) => onLost(mqtt, reject))
  lost.catch(() => undefined) // a sink that is between two batches hears of it with the next one
  const client: Client = { mqtt, lost, window: 65_535 }
  mqtt.once('connect', ({ properties }) => {
    client.window = properties?.receiveMaximum ?? client.window
  })
  return client
}
