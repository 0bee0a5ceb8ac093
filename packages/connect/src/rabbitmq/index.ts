/** `millrace/connect/rabbitmq`: RabbitMQ as source and sink. */

export {}
