/**
 * HTTP: a server as source and sink, webhooks, server-sent events, paged APIs; WebSocket with `ws` beside millrace.
 *
 * @module millrace/connect/http
 */

export * from '@millrace/connect/http'
