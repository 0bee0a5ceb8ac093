/** `millrace/connect/redis`: Redis as source and sink. */

export { ClientMissingError, ConnectionDeniedError, ConnectionLostError } from '../errors.ts'
export type { BatchOptions } from '../support/batcher.ts'
export type { ReconnectOptions } from '../support/reconnect.ts'
export type { TlsOptions } from '../support/tls.ts'
export type { Written } from '../support/writer-sink.ts'
export type { RedisEntry } from './entries.ts'
export { hashInto, type IntoOptions, type RedisHash, type RedisValue, setInto } from './into.ts'
export type { RedisOptions } from './options.ts'
export { type RedisStreamOptions, redisStream } from './redis-stream.ts'
export type { FieldValue } from './redis-writer.ts'
export { type RedisMessage, type RedisSubscribeOptions, subscribe } from './subscribe.ts'
export { type ToRedisStreamOptions, toRedisStream } from './to-redis-stream.ts'
