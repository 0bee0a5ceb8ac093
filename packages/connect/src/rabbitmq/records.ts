/** Messages of RabbitMQ as items. Called by the sources of this folder. */

import type { ConsumeMessage } from 'amqplib'
import { utf8Of } from '../support/text.ts'

/** What a message says of itself, as far as its sender has set it. */
export interface RabbitmqProperties {
  readonly messageId?: string
  readonly correlationId?: string
  readonly replyTo?: string
  readonly type?: string
  readonly appId?: string
  readonly contentType?: string
  readonly contentEncoding?: string
  /** In seconds since the epoch. */
  readonly timestamp?: number
  readonly priority?: number
  /** In ms, as text. */
  readonly expiration?: string
  readonly headers?: Readonly<Record<string, unknown>>
}

/** A message of a queue. */
export interface RabbitmqMessage<Data = string> {
  readonly data: Data
  readonly exchange: string
  readonly routingKey: string
  /** Whether it was handed out before, to this reader or another one, and not acknowledged. */
  readonly redelivered: boolean
  readonly properties: RabbitmqProperties
}

/** A message of a stream. */
export interface RabbitmqStreamMessage<Data = string> extends RabbitmqMessage<Data> {
  /** Its place in the stream. */
  readonly offset: number
}

/** Turns bytes into what `data` is to be. */
export type DecodeData<Data> = (bytes: Buffer, what: () => string) => Data

/** As text. */
export const asText: DecodeData<string> = utf8Of

/** As bytes. */
export const asBytes: DecodeData<Buffer> = (bytes) => bytes

const NAMES = [
  'messageId',
  'correlationId',
  'replyTo',
  'type',
  'appId',
  'contentType',
  'contentEncoding',
  'timestamp',
  'priority',
  'expiration',
] as const

/** A message as an item. */
export function itemOf<Data>(
  queue: string,
  { content, fields, properties }: ConsumeMessage,
  decode: DecodeData<Data>,
): RabbitmqMessage<Data> {
  const { exchange, routingKey, redelivered } = fields
  const set = NAMES.flatMap((name) => {
    const value: unknown = properties[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const headers = (properties.headers ?? {}) as Readonly<Record<string, unknown>>
  const named: RabbitmqProperties = Object.fromEntries(set)
  return {
    data: decode(content, () => `A message of queue ${queue}`),
    exchange,
    routingKey,
    redelivered,
    properties: Object.keys(headers).length === 0 ? named : { ...named, headers },
  }
}
