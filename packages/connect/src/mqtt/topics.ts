/** `topics`: the messages of MQTT topics. */

import { type BatchSourceTerm, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkMs, checkOptions, checkWhole } from '@millrace/core/engine'
import { checkName } from '../support/check-name.ts'
import { AcknowledgedReaderSource, type Reader, ReaderSource } from '../support/reader-source.ts'
import { MQTT_OPTIONS, type MqttOptions, mqttAddress } from './options.ts'
import { asBytes, asText, type DecodeData, type MqttMessage } from './records.ts'
import { TopicReader, type TopicReading } from './topic-reader.ts'

/** Options of {@link topics}. */
export interface TopicsOptions extends MqttOptions {
  /** 0: at most once. 1 (the default with a `clientId`): acknowledged, at least once. */
  readonly qos?: 0 | 1
  /**
   * Name of a session that the broker keeps while nobody reads: one reader at a time may have it. Without it, the session ends
   * with its connection, and `qos` is 0.
   */
  readonly clientId?: string
  /** For how many ms the broker keeps the session, and what comes for it, once the reader is gone. Default 86,400,000: a day. */
  readonly sessionMs?: number
  /** Messages held here at most; then nothing more is read from the connection. Default 200. */
  readonly prefetch?: number
  /**
   * After how many ms without a word from the broker it is asked whether it is there; after as many more without an answer the
   * connection counts as lost. Default 30,000.
   */
  readonly keepaliveMs?: number
  /** Gives `data` as bytes. Default: as text; a message that is not UTF-8 then fails the run. */
  readonly binary?: boolean
}

/**
 * A source of the messages of MQTT topics, as `{ topic, data, qos, retain, duplicate }`, with `properties` where there are
 * some: with a `clientId` and checkpoints at least once; with a `clientId` alone a message may be lost with the process, or
 * come twice with a connection that is lost; without one at most once.
 *
 * With a `clientId` the broker keeps what comes while nobody reads, and a message is acknowledged once the run has taken
 * charge of it: with checkpoints once one that holds it is stored, without as soon as it has entered the graph. What was not
 * acknowledged when the connection was lost, or the process died, comes again. Without a `clientId` messages come while the
 * run is connected, and no checkpoint can be taken. While there is no room downstream, `prefetch` messages are held here, and the
 * connection is read no further. It never ends by itself.
 *
 * A broker lets 65,535 messages wait for their acknowledgement at most, and some brokers, set so, far fewer: then nothing comes
 * until the next checkpoint. So let checkpoints be taken by time, not by items. A session keeps the filters of
 * earlier runs with that `clientId`: what comes for those alone is acknowledged and passed over.
 *
 * What was published with QoS 2 comes with QoS 1: a client that may die between two messages of that handshake cannot keep
 * its promise.
 *
 * @param filters topics, which may hold `+` and `#`, and begin with `$share/group/`.
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the broker
 * refuses, a `ConnectionLostError` if it cannot be reached, a `BadInputError` for data that are not UTF-8.
 *
 * @example
 * ```ts needs=mqtt no-run
 * import { run } from 'millrace'
 * import { topics } from 'millrace/connect/mqtt'
 * import { map, print } from 'millrace/terms'
 *
 * const readings = topics('sensors/+/celsius', { clientId: 'averages' }).pipe(
 *   map(({ topic, data }: { topic: string; data: string }) => ({ topic, celsius: JSON.parse(data) as number })).onFailure({ onError: 'skip' }),
 * )
 * await run(readings.pipe(print()), { checkpoint: { dir: 'kept' } }).done
 * ```
 */
export function topics(
  filters: string | readonly string[],
  options: TopicsOptions & { readonly binary: true },
): BatchSourceTerm<MqttMessage<Uint8Array>>
export function topics(
  filters: string | readonly string[],
  options?: TopicsOptions,
): BatchSourceTerm<MqttMessage>
export function topics(
  filters: string | readonly string[],
  options: TopicsOptions = {},
): BatchSourceTerm<MqttMessage<Uint8Array>> | BatchSourceTerm<MqttMessage> {
  const names = typeof filters === 'string' ? [filters] : filters
  if (!Array.isArray(names) || names.length === 0) {
    throw new InvalidOptionError('filters of topics()', filters, 'a topic or an array of topics')
  }
  for (const name of names) checkFilter(name)
  checkOptions('topics', options, {
    ...MQTT_OPTIONS,
    qos: true,
    clientId: true,
    sessionMs: true,
    prefetch: true,
    keepaliveMs: true,
    binary: true,
  })
  const { binary = false } = options
  checkBoolean('binary of topics()', binary)
  return binary ? sourceOf(names, options, asBytes) : sourceOf(names, options, asText)
}

/** A level is a name, `+`, or, at the end, `#`. */
function checkFilter(filter: string): void {
  checkName('A filter of topics()', filter)
  const levels = filter.split('/')
  const isLevel = (level: string, at: number): boolean =>
    level === '+' || (level === '#' ? at === levels.length - 1 : !/[+#\0]/.test(level))
  if (levels.every(isLevel)) return
  throw new InvalidOptionError('A filter of topics()', filter, 'like sensors/+/celsius or sensors/#')
}

const DAY_MS = 86_400_000

function sourceOf<Data>(
  names: readonly string[],
  options: TopicsOptions,
  decode: DecodeData<Data>,
): BatchSourceTerm<MqttMessage<Data>> {
  const { clientId, sessionMs = DAY_MS, prefetch = 200, keepaliveMs = 30_000 } = options
  const { qos = clientId === undefined ? 0 : 1 } = options
  if (clientId !== undefined) checkName('clientId of topics()', clientId)
  if (qos !== 0 && qos !== 1) {
    throw new InvalidOptionError(
      'qos of topics()',
      qos,
      '0 or 1: what is published with QoS 2 comes with QoS 1',
    )
  }
  if (qos === 1 && clientId === undefined) {
    throw new InvalidOptionError('clientId of topics()', clientId, 'given, since qos is 1')
  }
  checkMs('sessionMs of topics()', sessionMs)
  checkMs('keepaliveMs of topics()', keepaliveMs)
  checkWhole('prefetch of topics()', prefetch, 1)
  const sessionS = clientId === undefined ? 0 : Math.min(Math.ceil(sessionMs / 1000), 0xffff_fffe)
  const address = mqttAddress('topics', options)
  const reading = { address, topics: names, qos, clientId, sessionS, keepaliveMs, prefetch, decode }
  return qos === 0 ? new LiveTopics(reading) : new AcknowledgedTopics(reading)
}

class LiveTopics<Data> extends ReaderSource<MqttMessage<Data>> {
  override name = 'topics'
  readonly #reading: TopicReading<Data>

  constructor(reading: TopicReading<Data>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<MqttMessage<Data>> {
    return new TopicReader(this.#reading, clock)
  }
}

class AcknowledgedTopics<Data> extends AcknowledgedReaderSource<MqttMessage<Data>> {
  override name = 'topics'
  readonly #reading: TopicReading<Data>

  constructor(reading: TopicReading<Data>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<MqttMessage<Data>> {
    return new TopicReader(this.#reading, clock)
  }
}
