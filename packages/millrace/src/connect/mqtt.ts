/** `millrace/connect/mqtt`: MQTT as source and sink. */

export * from '@millrace/connect/mqtt'
