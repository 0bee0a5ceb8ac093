/** `millrace/connect/nats`: NATS and its JetStream as source and sink. */

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
export { type JetStreamOptions, jetStream } from './jet-stream.ts'
export type { NatsOptions } from './options.ts'
export type { JetStreamMessage, NatsHeaders, NatsMessage, NatsOutgoing } from './records.ts'
export { type NatsSubscribeOptions, subscribe } from './subscribe.ts'
export {
  type NatsPublishOptions,
  publish,
  type ToJetStreamOptions,
  toJetStream,
} from './to-jet-stream.ts'
