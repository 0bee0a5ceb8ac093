/** Messages of MQTT as items, and items as messages. Called by the sources and sinks of this folder. */

import { BadInputError, describe } from '@millrace/core'
import type { IClientPublishOptions, IPublishPacket } from 'mqtt'
import { utf8Of } from '../support/text.ts'
import type { Qos } from './options.ts'

/** What a message says of itself in MQTT 5, as far as its sender has set it. */
export interface MqttProperties {
  readonly contentType?: string
  readonly responseTopic?: string
  readonly correlationData?: Uint8Array
  /** After how many s the broker forgets it. */
  readonly messageExpiryInterval?: number
  readonly userProperties?: Readonly<Record<string, string | string[]>>
}

/** A message of a topic. */
export interface MqttMessage<Data = string> {
  readonly topic: string
  readonly data: Data
  readonly qos: Qos
  /** Whether it is one that the broker keeps for its topic, from before this subscription. */
  readonly retain: boolean
  /** Whether the broker has sent it before. */
  readonly duplicate: boolean
  /** Left out if there are none. */
  readonly properties?: MqttProperties
}

/** What `publish` takes. */
export interface MqttOutgoing {
  readonly topic: string
  readonly data: string | Uint8Array
  /** Default: that of the sink. */
  readonly qos?: Qos
  /** The broker keeps it for those that subscribe later. Default false. */
  readonly retain?: boolean
  readonly properties?: MqttProperties
}

/** Turns bytes into what `data` is to be. */
export type DecodeData<Data> = (bytes: Uint8Array, what: () => string) => Data

/** As text. */
export const asText: DecodeData<string> = utf8Of

/** As bytes; a copy, since the client's are a piece of a larger buffer. */
export const asBytes: DecodeData<Uint8Array> = (bytes) => Uint8Array.from(bytes)

const NAMES = [
  'contentType',
  'responseTopic',
  'correlationData',
  'messageExpiryInterval',
  'userProperties',
] as const

/** A message as an item. */
export function itemOf<Data>(
  { topic, payload, qos, retain, dup, properties = {} }: IPublishPacket,
  decode: DecodeData<Data>,
): MqttMessage<Data> {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  const data = decode(bytes, () => `A message of topic ${topic}`)
  const set = NAMES.flatMap((name) => {
    const value: unknown = properties[name]
    if (value === undefined) return []
    // user properties come without a prototype
    const isRecord = typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
    return [[name, isRecord ? { ...value } : value] as const]
  })
  const item = { topic, data, qos, retain, duplicate: dup }
  return set.length === 0 ? item : { ...item, properties: Object.fromEntries(set) }
}

/** What the client takes beside topic and data. */
export function publishOptions({ qos, retain, properties }: MqttOutgoing, usual: Qos): IClientPublishOptions {
  const { correlationData, ...others } = properties ?? {}
  const correlation = correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }
  return {
    qos: qos ?? usual,
    retain: retain ?? false,
    ...(properties === undefined
      ? {}
      : { properties: { ...others, ...correlation } as NonNullable<IClientPublishOptions['properties']> }),
  }
}

/** @throws {BadInputError} for an item that is no message. */
export function checkOutgoing(item: MqttOutgoing): void {
  const isItem = isRecord(item)
  const { topic, data, qos = 0, retain = false, properties } = isItem ? item : ({} as Partial<MqttOutgoing>)
  const isData = typeof data === 'string' || data instanceof Uint8Array
  const isSent = [0, 1, 2].includes(qos) && typeof retain === 'boolean'
  if (!(isData && isSent && isText(topic) && /^[^#+\0]+$/.test(topic))) {
    throw new BadInputError(
      `publish() takes { topic, data } with a topic without # and +, and data as text or bytes, but got ${describe(item)}.`,
    )
  }
  checkProperties(properties)
}

const CHECKS: Readonly<Record<string, readonly [is: (value: unknown) => boolean, wanted: string]>> = {
  contentType: [isText, 'a text'],
  responseTopic: [isText, 'a text'],
  correlationData: [(value) => value instanceof Uint8Array, 'bytes'],
  messageExpiryInterval: [
    (value) => Number.isInteger(value) && Number(value) >>> 0 === value,
    'whole seconds',
  ],
  userProperties: [
    (value) => isRecord(value) && Object.values(value).flat().every(isText),
    'a record of texts, or of arrays of texts',
  ],
}

/** @throws {BadInputError} for properties that cannot be sent. */
function checkProperties(properties: unknown): void {
  if (properties === undefined) return
  if (!isRecord(properties)) {
    throw new BadInputError(`publish() takes properties as a record, but got ${describe(properties)}.`)
  }
  for (const [name, value] of Object.entries(properties)) {
    const check = CHECKS[name]
    if (check === undefined) {
      const known = Object.keys(CHECKS).join(', ')
      throw new BadInputError(
        `publish() knows no property ${JSON.stringify(name)} of a message: it takes ${known}.`,
      )
    }
    if (value === undefined || check[0](value)) continue
    throw new BadInputError(`publish() takes properties.${name} as ${check[1]}, but got ${describe(value)}.`)
  }
}

/** A text as MQTT takes it: up to 65,535 bytes. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= 65_535
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
