/**
 * Redis: streams, channels, keys. Needs `ioredis` beside millrace.
 *
 * @module millrace/connect/redis
 */

export * from '@millrace/connect/redis'
