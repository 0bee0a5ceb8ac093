/** `millrace/connect/rabbitmq`: RabbitMQ as source and sink. */

export {
  ClientMissingError,
  ConnectionDeniedError,
  ConnectionLostError,
  MessagesMissedError,
} from '../errors.ts'
export type { BatchOptions } from '../support/batcher.ts'
export type { ReconnectOptions } from '../support/reconnect.ts'
export type { TlsOptions } from '../support/tls.ts'
export type { Written } from '../support/writer-sink.ts'
export type { ExchangeDeclaration, QueueDeclaration } from './declare.ts'
export type { RabbitmqOptions } from './options.ts'
export { type QueueOptions, queue } from './queue.ts'
export type { RabbitmqMessage, RabbitmqProperties, RabbitmqStreamMessage } from './records.ts'
export { type StreamOptions, stream } from './stream.ts'
export {
  type RabbitmqOutgoing,
  type RabbitmqRouted,
  type ToExchangeOptions,
  type ToQueueOptions,
  toExchange,
  toQueue,
} from './to-queue.ts'
