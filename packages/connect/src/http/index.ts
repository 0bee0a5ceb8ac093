/** `millrace/connect/http`: HTTP as source and sink. */

export { CannotListenError } from '../errors.ts'
export type { ReconnectOptions } from '../support/reconnect.ts'
export type { ServerEvent } from './client/event-parser.ts'
export { type EventsOptions, events } from './client/events.ts'
export { cursor, linkHeader, type NextPage, type Page, pageNumber } from './client/next-page.ts'
export { type PagesOptions, pages } from './client/pages.ts'
export type { ClientOptions } from './client/reading.ts'
export type { SocketMessage } from './client/socket-link.ts'
export {
  type SocketSummary,
  type WebSocketEnds,
  type WebSocketOptions,
  webSocket,
} from './client/web-socket.ts'
export type { BodyKind } from './server/decode.ts'
export { type HttpServer, type HttpServerOptions, httpServer, respond } from './server/http-server.ts'
export type { HttpCounts, HttpSummary } from './server/http-summary.ts'
export type { HttpAddress, ListenOptions } from './server/listen.ts'
export type { HttpAnswer, HttpReply, HttpRequest } from './server/messages.ts'
export type { RequestOptions } from './server/options.ts'
export {
  type EventItem,
  type EventsSummary,
  type ServeEventsOptions,
  serveEvents,
} from './server/serve-events.ts'
export { type WebhookOptions, webhook } from './server/webhook.ts'
