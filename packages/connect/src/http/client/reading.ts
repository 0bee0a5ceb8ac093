/** `reading`: one run of a source that reads from a server, and what its requests have in common. Called by `pages` and `events`. */

import { type Clock, type Context, InvalidOptionError } from '@millrace/core'
import { checkFunction, checkMs, checkWhole, Pause } from '@millrace/core/engine'
import { shownUrl } from '@millrace/core/http'
import { type ReconnectOptions, Retries, reconnectOf } from '../../support/reconnect.ts'
import { explainHttp } from './explain.ts'

/** How requests are made. */
export interface ClientOptions {
  /** Headers of each request: `{ authorization: 'Bearer …' }`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** How a request that failed is tried again. */
  readonly reconnect?: ReconnectOptions
  /** What makes the requests. Default: Node's `fetch`. */
  readonly fetch?: typeof fetch
}

/** The same, checked. */
export interface ClientPlan {
  readonly headers: Readonly<Record<string, string>>
  readonly reconnect: Required<ReconnectOptions>
  readonly fetch: typeof fetch
}

/** The names of the options, for the check of those of a term. */
export const CLIENT_OPTIONS = { headers: true, reconnect: true, fetch: true } as const

/** The options with their defaults. @throws {InvalidOptionError} for one that makes no sense. */
export function clientPlanOf(owner: string, options: ClientOptions): ClientPlan {
  const { headers = {}, reconnect, fetch: request = fetch } = options
  checkFunction(`fetch of ${owner}`, request)
  if (
    typeof headers !== 'object' ||
    headers === null ||
    Object.values(headers).some((value) => typeof value !== 'string')
  ) {
    throw new InvalidOptionError(`headers of ${owner}()`, headers, 'a record of texts')
  }
  checkSendable(owner, headers)
  return { headers, reconnect: reconnectOf(owner, reconnect), fetch: request }
}

/** Found here, since a request that cannot be made looks like a server that is away. Values may be secret: none is shown. */
function checkSendable(owner: string, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]])
    } catch {
      throw new InvalidOptionError(`headers of ${owner}()`, name, 'a record of headers that can be sent')
    }
  }
}

/** @throws {InvalidOptionError} if it is no http address, or has credentials, which `fetch` would not send. */
export function httpAddressOf(owner: string, url: unknown): URL {
  const address = addressOf(owner, url, ['http:', 'https:'])
  if (address.username === '' && address.password === '') return address
  throw new InvalidOptionError(
    `The address of ${owner}()`,
    address.origin,
    'without credentials: say { headers: { authorization } }',
  )
}

/** @throws {InvalidOptionError} if it is no address of one of these protocols. */
export function addressOf(owner: string, url: unknown, protocols: readonly string[]): URL {
  const parsed =
    url instanceof URL ? url : typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed !== undefined && protocols.includes(parsed.protocol)) return parsed
  throw new InvalidOptionError(`The address of ${owner}()`, url, `a URL with ${protocols.join(' or ')}`)
}

/** @throws {InvalidOptionError} */
export function checkLimits(owner: string, times: object, counts: object): void {
  for (const [name, value] of Object.entries(times)) checkMs(`${name} of ${owner}()`, value as number)
  for (const [name, value] of Object.entries(counts)) checkWhole(`${name} of ${owner}()`, value as number, 1)
}

/** What one run of a source reads by. */
export interface Reading {
  readonly clock: Clock
  /** Aborts once nobody needs more. */
  readonly signal: AbortSignal
  readonly retries: Retries
  /** A wait that is no retry. Ends with `signal`, too. */
  readonly pause: Pause
}

/**
 * What `read` yields, until nobody needs more: then whatever it waits for is given up at once. What it throws after that
 * counts for nothing.
 */
export function reading<Batch>(
  { clock, signal: stopped }: Context<unknown, never>,
  url: URL,
  reconnect: Required<ReconnectOptions>,
  read: (reading: Reading) => AsyncGenerator<Batch, void, undefined>,
): AsyncIterableIterator<Batch> {
  const letGo = new AbortController()
  const signal = AbortSignal.any([stopped, letGo.signal])
  const server = shownUrl(url)
  const retries = new Retries(server, reconnect, clock, (error) => explainHttp(server, error))
  const pause = new Pause(clock)
  const end = (): void => {
    retries.end()
    pause.end()
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  const batches = read({ clock, signal, retries, pause })
  const done = { done: true as const, value: undefined }
  return {
    async next() {
      try {
        return await batches.next()
      } catch (error) {
        if (signal.aborted) return done
        throw error
      }
    },
    async return() {
      letGo.abort()
      await batches.return().catch(() => undefined)
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
