/** `millrace/connect/http`: HTTP as source and sink. */

export { CannotListenError } from '../errors.ts'
export type { BodyKind } from './server/decode.ts'
export { type HttpServer, type HttpServerOptions, httpServer, respond } from './server/http-server.ts'
export type { HttpAddress, ListenOptions } from './server/listen.ts'
export type { HttpAnswer, HttpReply, HttpRequest } from './server/messages.ts'
export type { RequestOptions } from './server/options.ts'
export type { HttpCounts, HttpSummary } from './server/request-desk.ts'
