/** `millrace/connect/mqtt`: MQTT brokers as source and sink. */

export { ClientMissingError, ConnectionDeniedError, ConnectionLostError } from '../errors.ts'
export type { BatchOptions } from '../support/batcher.ts'
export type { ReconnectOptions } from '../support/reconnect.ts'
export type { TlsOptions } from '../support/tls.ts'
export type { Written } from '../support/writer-sink.ts'
export type { MqttOptions, Qos } from './options.ts'
export { type MqttPublishOptions, publish } from './publish.ts'
export type { MqttMessage, MqttOutgoing, MqttProperties } from './records.ts'
export { type TopicsOptions, topics } from './topics.ts'
