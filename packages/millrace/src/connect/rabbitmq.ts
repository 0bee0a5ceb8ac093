/**
 * RabbitMQ: queues, exchanges, streams. Needs `amqplib` beside millrace.
 *
 * @module millrace/connect/rabbitmq
 */

export * from '@millrace/connect/rabbitmq'
