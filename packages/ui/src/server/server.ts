/**
 * `Ui`: the server of a run's page, on `node:http`. Made by `openUi`.
 *
 * It listens on this machine alone unless it is told otherwise, loads nothing from elsewhere, and does not keep a process
 * alive that has nothing else to do, unless `hold` is set.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { messageOf, UiError } from '@millrace/core'
import { type PageParts, pageHtml, pageParts } from '../html.ts'
import type { Command, Done, Recording } from '../model/protocol.ts'
import { commandOf } from './command-of.ts'
import { Followers } from './followers.ts'
import { Guard } from './guard.ts'

/** Addresses in requests begin at their path. */
const BASE = 'http://page'
const MAX_BODY_BYTES = 64 * 1024
/** How long the end waits for pages to be told of it. */
const FLUSH_MS = 500

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

/** How the page is served. */
export interface UiOptions {
  /** The port. Default 0: one that is free. */
  readonly port?: number
  /** The address or name to listen at. Default 127.0.0.1: this machine alone. */
  readonly host?: string
  /** Whether the page may only look. Default false. */
  readonly readOnly?: boolean
  /** Whether the page stays, and the process with it, when the run has ended. Default false. */
  readonly hold?: boolean
}

/** What the server shows: a run, or what was recorded of one. */
export interface Shown {
  readonly recording: Recording
  /** Does what the page asks for. @throws if it cannot be done; the message is shown. */
  command?(command: Command): Done | undefined | Promise<Done | undefined>
}

/** Answers requests beside the page's own, as those for metrics. Returns false for what it does not know. */
export type Extra = (request: IncomingMessage, response: ServerResponse, path: string) => boolean

/** A server that is listening. */
export class UiServer {
  /** What to open in a browser; the token in it opens one browser, once. */
  readonly address: string
  readonly followers = new Followers()
  readonly #server: Server
  readonly #guard: Guard
  readonly #port: number
  readonly #parts: PageParts
  readonly #sockets = new Set<Socket>()
  readonly #extra: Extra | undefined
  #shown: Shown | undefined
  #isHeld: boolean

  private constructor(
    server: Server,
    guard: Guard,
    parts: PageParts,
    options: UiOptions,
    extra: Extra | undefined,
  ) {
    this.#server = server
    this.#guard = guard
    this.#parts = parts
    this.#extra = extra
    this.#isHeld = options.hold === true
    const { port, address, family } = server.address() as AddressInfo
    this.#port = port
    const named = options.host ?? address
    const host =
      named.includes(':') || (options.host === undefined && family === 'IPv6') ? `[${named}]` : named
    this.address = `http://${host}:${port}/?token=${guard.token}`
    server.on('request', (request, response) => this.#answer(request, response))
    server.on('connection', (socket) => this.#onConnection(socket))
    if (!this.#isHeld) server.unref()
  }

  /**
   * Begins to listen. `session` is the secret of an earlier server at this port: browsers that it let in need no further token.
   *
   * @throws {UiError}
   */
  static async open(options: UiOptions, extra?: Extra, session?: string): Promise<UiServer> {
    const { port = 0, host = '127.0.0.1' } = options
    const guard = new Guard(host, session)
    const parts = await pageParts()
    const server = createServer({ requestTimeout: 30_000 })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(new UiError(`${host}:${port}`, cause)))
      server.listen(port, host, resolve)
    })
    return new UiServer(server, guard, parts, options, extra)
  }

  /** Shows a run, or a recording. */
  show(shown: Shown): void {
    this.#shown = shown
  }

  /** Keeps the process alive, or no longer: a run that was paused from the page waits for the page. */
  keepAlive(isNeeded: boolean): void {
    if (this.#isHeld) return
    if (isNeeded) this.#server.ref()
    else this.#server.unref()
  }

  /** Tells the open pages, which are shown nothing further, unless another server takes its place. Resolves when they know. */
  async close(isReplaced = false): Promise<void> {
    this.#isHeld = false
    if (!isReplaced) await this.followers.end(FLUSH_MS)
    this.#server.close()
    for (const socket of this.#sockets) socket.destroySoon()
  }

  #onConnection(socket: Socket): void {
    if (!this.#isHeld) socket.unref()
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const url = URL.canParse(request.url ?? '', BASE) ? new URL(request.url ?? '', BASE) : undefined
    const path = url?.pathname ?? ''
    const isProgram = this.#guard.isKnownHost(request) && this.#guard.isBearer(request)
    if (isProgram && request.method === 'GET' && this.#extra?.(request, response, path) === true) return
    const verdict = this.#guard.judge(request, url?.searchParams.get('token') ?? null, this.#port)
    if (!verdict.ok) send(response, verdict.status, 'text/plain', verdict.reason)
    else {
      if (verdict.cookie !== undefined) response.setHeader('Set-Cookie', verdict.cookie)
      if (request.method === 'GET') this.#get(path, url, request, response)
      else if (request.method === 'POST' && path === '/command') void this.#command(request, response)
      else send(response, 405, 'text/plain', 'Only GET, and POST of commands.')
    }
  }

  #get(path: string, url: URL | undefined, request: IncomingMessage, response: ServerResponse): void {
    if (path === '/') {
      response.setHeader('Content-Security-Policy', `${this.#parts.policy}; frame-ancestors 'none'`)
      const recording = this.#shown?.recording
      const after = recording?.head.isLive === true ? this.followers.expect() : undefined
      send(response, 200, 'text/html', pageHtml(this.#parts, recording, after))
    } else if (path === '/events') {
      const shown = this.#shown
      const after = request.headers['last-event-id'] ?? url?.searchParams.get('after')
      if (shown === undefined) send(response, 503, 'text/plain', 'Nothing runs yet.')
      else if (!this.followers.add(response, after?.toString(), () => shown.recording))
        send(response, 503, 'text/plain', 'Too many pages are open.')
    } else if (this.#extra?.(request, response, path) !== true)
      send(response, 404, 'text/plain', 'No such address.')
  }

  async #command(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const shown = this.#shown
    if (shown?.command === undefined) send(response, 403, 'text/plain', 'This page may only look.')
    else {
      try {
        const done = await shown.command(commandOf(await bodyOf(request)))
        send(response, 200, 'application/json', JSON.stringify(done ?? {}))
      } catch (error) {
        send(response, 400, 'text/plain', messageOf(error))
      }
    }
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` }).end(text)
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new RangeError('The command is too long.')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
