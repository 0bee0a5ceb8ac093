/**
 * MQTT 5: topics. Needs `mqtt` beside millrace.
 *
 * @module millrace/connect/mqtt
 */

export * from '@millrace/connect/mqtt'
