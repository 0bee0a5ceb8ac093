/**
 * Kafka: topics. Needs `kafkajs` beside millrace.
 *
 * @module millrace/connect/kafka
 */

export * from '@millrace/connect/kafka'
