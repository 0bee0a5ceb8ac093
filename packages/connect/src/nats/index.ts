/** `millrace/connect/nats`: NATS as source and sink. */

export {}
