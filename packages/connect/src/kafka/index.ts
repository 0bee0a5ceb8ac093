/** `millrace/connect/kafka`: Kafka as source and sink. */

export {}
