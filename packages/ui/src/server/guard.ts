/**
 * `Guard`: who may talk to the server. Called for every request before anything else looks at it; keeps no request.
 *
 * The name in `Host` is checked on every request, reads too: a page of another site whose name was made to point here
 * (DNS rebinding, CVE-2018-7160) sends its own. The token of the printed address opens one browser, once; from then on it
 * is that browser's cookie which counts. Changes need an `Origin` of our own. What a browser calls itself is never read.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { InvalidOptionError } from '@millrace/core'

/** 128 bits. */
const TOKEN_BYTES = 16
/** The length of a secret as text: no shorter one can hold as many bits. */
const SECRET_LENGTH = Math.ceil((TOKEN_BYTES * 8) / 6)

/** What a request may do, or why not. */
export type Verdict =
  /** Goes on. `cookie` is to be set: the token was exchanged for it. */
  | { readonly ok: true; readonly cookie?: string }
  | { readonly ok: false; readonly status: 401 | 403 | 415; readonly reason: string }

/** Keeps the secrets of one server. */
export class Guard {
  /** Opens one browser; part of the printed address. */
  readonly token: string = secret()
  readonly #session: string
  readonly #host: string
  #isExchanged = false

  /** `host` is the name that the server was told to listen at; `session` lets the browsers of an earlier server stay. */
  constructor(host: string, session: string = secret()) {
    if (session.length < SECRET_LENGTH)
      throw new InvalidOptionError(
        'The length of a session',
        session.length,
        `at least ${SECRET_LENGTH}: whoever guesses it is let in`,
      )
    this.#session = session
    this.#host = host.toLowerCase()
  }

  /** Whether `Host` names this machine by its address, or as the user did. */
  isKnownHost({ headers }: IncomingMessage): boolean {
    const name = hostnameOf(headers.host)
    return name !== undefined && (isIP(name) !== 0 || name === 'localhost' || name === this.#host)
  }

  /** Judges a request for the page, its figures, or a change. `token` is the one in the address, if any. */
  judge(request: IncomingMessage, token: string | null, port: number): Verdict {
    if (!this.isKnownHost(request)) return refuse(403, 'This server does not go by that name.')
    const cookie = `millrace-${port}`
    const isIn = equal(cookieIn(request.headers.cookie, cookie), this.#session)
    if (!isIn) {
      if (this.#isExchanged || request.method !== 'GET' || !equal(token ?? '', this.token)) {
        return refuse(
          401,
          'Open the address that was printed when the run began; it opens one browser, once.',
        )
      }
      this.#isExchanged = true
      return { ok: true, cookie: `${cookie}=${this.#session}; Path=/; HttpOnly; SameSite=Strict` }
    }
    if (request.method === 'GET') return { ok: true }
    const { origin, host } = request.headers
    if (origin !== `http://${host}`) return refuse(403, 'Changes are made from the page itself only.')
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return refuse(415, 'Send JSON.')
    return { ok: true }
  }

  /** Whether the request carries the token as a bearer: for programs that read figures. */
  isBearer({ headers }: IncomingMessage): boolean {
    return equal(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '', this.token)
  }
}

function secret(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

function refuse(status: 401 | 403 | 415, reason: string): Verdict {
  return { ok: false, status, reason }
}

/** In a time that does not tell how much of it was right. */
function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The name or address in `Host`, without port and brackets. */
function hostnameOf(host: string | undefined): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host ?? '') ?? []
  return (bracketed ?? plain)?.toLowerCase()
}

function cookieIn(header: string | undefined, name: string): string {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=')
    if (key === name) return value ?? ''
  }
  return ''
}
