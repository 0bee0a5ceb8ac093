/** `millrace/connect/mqtt`: MQTT as source and sink. */

export {}
