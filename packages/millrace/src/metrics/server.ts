/**
 * `serveMetrics`: a server of its own for `/metrics`, `/livez` and `/readyz`, where there is no page. Called by `run` for
 * its option `metrics`. It keeps no process alive, and ends with the run.
 */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BadInputError, messageOf, type Run } from '@millrace/core'
import { metricsHandler } from './handler.ts'

/** Where metrics are served, and to whom. */
export interface MetricsOptions {
  /** Default `127.0.0.1`: this machine alone. */
  readonly host?: string
  /** Default 9464, as OpenTelemetry's exporter has it; 0 takes any that is free. */
  readonly port?: number
  /** What `/metrics` asks for as `Authorization: Bearer …`. Default: nothing. */
  readonly token?: string
  /** Called once it listens, with the address, or with what keeps it from listening. Default: that is a warning. */
  readonly onListening?: (address: string | Error) => void
}

const DEFAULT_PORT = 9464
/** Scrapers ask anew; what hangs on is let go. */
const TIMEOUT_MS = 10_000

/** `HOST:PORT`, `:PORT` or `PORT` as options. @throws {BadInputError} for anything else. */
export function metricsAddress(text: string): { readonly host?: string; readonly port: number } {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) {
    throw new BadInputError(
      `--metrics takes HOST:PORT or PORT, such as 127.0.0.1:9464, but is ${JSON.stringify(text)}.`,
    )
  }
  const host = match[1]?.replace(/^\[|\]$/g, '')
  return host === undefined || host === '' ? { port } : { host, port }
}

/**
 * Whether a request's `Host` is one that a browser cannot be tricked into: an address as a number, `localhost`, or the
 * host that was asked for. A page elsewhere whose name is made to point here would send its own name (DNS rebinding).
 */
export function isOwnHost(header: string | undefined, own: string | undefined): boolean {
  if (header === undefined) return false
  const name = header
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  const { isIP } = process.getBuiltinModule('node:net')
  return name === 'localhost' || isIP(name) !== 0 || name === own?.toLowerCase()
}

/** What is needed of a run. */
interface Watched extends Pick<Run, 'stats'> {
  once(event: 'end', listener: () => void): unknown
}

/** Serves the metrics of a run until it has ended. */
export function serveMetrics(running: Watched, options: MetricsOptions = {}): Server {
  const { host = '127.0.0.1', port = DEFAULT_PORT, token, onListening } = options
  const handle = metricsHandler(running, { token })
  // workers load this file as well, and never need the module
  const { createServer } = process.getBuiltinModule('node:http')
  const server = createServer(
    { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS },
    (request, response) => {
      if (!isOwnHost(request.headers.host, host)) response.writeHead(403).end('an unknown host\n')
      else if (!handle(request, response)) response.writeHead(404).end('see /metrics, /livez, /readyz\n')
    },
  )
  server.on('connection', (socket) => socket.unref())
  server.on('error', (cause) => {
    const error = new BadInputError(`Metrics cannot be served: ${messageOf(cause)}`, { cause })
    if (onListening === undefined) process.emitWarning(error)
    else onListening(error)
  })
  server.listen(port, host, () => {
    const { address, family, port: taken } = server.address() as AddressInfo
    onListening?.(`http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`)
  })
  server.unref()
  running.once('end', () => {
    server.close()
    server.closeAllConnections()
  })
  return server
}
