/**
 * NATS: JetStream and subjects. Needs `@nats-io/transport-node` beside millrace, for streams `@nats-io/jetstream`.
 *
 * @module millrace/connect/nats
 */

export * from '@millrace/connect/nats'
