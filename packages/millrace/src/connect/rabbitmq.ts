/** `millrace/connect/rabbitmq`: RabbitMQ as source and sink. */

export * from '@millrace/connect/rabbitmq'
