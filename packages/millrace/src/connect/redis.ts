/** `millrace/connect/redis`: Redis as source and sink. */

export * from '@millrace/connect/redis'
