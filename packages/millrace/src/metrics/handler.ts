/**
 * `metricsHandler`: answers `/metrics`, `/livez` and `/readyz` for a run, in whatever server it is mounted. Made by
 * `server.ts`, and by servers that have other pages, too.
 *
 * It answers GET and HEAD alone, changes nothing, and shows no item.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Run } from '@millrace/core'
import { PROMETHEUS_TYPE, prometheusText } from './prometheus.ts'
import { Readings } from './readings.ts'

/** How a handler decides who may ask. */
export interface MetricsHandlerOptions {
  /** What `/metrics` asks for as `Authorization: Bearer …`. Default: nothing. Health is told without. */
  readonly token?: string | undefined
}

/** Answers a request, if its path is one of those it knows; returns whether it did. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => boolean

/** The handler for one run. Whether the request's `Host` may be trusted is for the server to decide: see `isOwnHost`. */
export function metricsHandler(
  running: Pick<Run, 'stats'>,
  { token }: MetricsHandlerOptions = {},
): RequestHandler {
  const readings = new Readings(() => running.stats())
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]
    if (path !== '/metrics' && path !== '/livez' && path !== '/readyz') return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(request, response, 405, 'only GET and HEAD\n', { allow: 'GET, HEAD' })
    } else if (path === '/livez') answer(request, response, 200, 'ok\n')
    else if (path === '/readyz') {
      const { phase } = running.stats()
      const isReady = phase === 'running' || phase === 'paused'
      answer(request, response, isReady ? 200 : 503, `${phase}\n`)
    } else if (token !== undefined && !isBearer(request.headers.authorization, token)) {
      answer(request, response, 401, 'a bearer token is needed\n', { 'www-authenticate': 'Bearer' })
    } else {
      answer(request, response, 200, prometheusText(readings.read()), { 'content-type': PROMETHEUS_TYPE })
    }
    return true
  }
}

/** Whether `authorization` is this bearer token; takes as long for a wrong one as for the right one. */
function isBearer(authorization: string | undefined, token: string): boolean {
  // workers load this file as well, and never need the module
  const { createHash, timingSafeEqual } = process.getBuiltinModule('node:crypto')
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`))
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}
