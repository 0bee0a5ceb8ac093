/** `httpPoll`: what an address answers, again and again. */

import { InvalidOptionError, type SourceTerm } from '@millrace/core'
import { gaveUp, type HttpPlan, HttpRequest } from '@millrace/core/http'
import { checkFunction, checkOptions, checkWhole } from '../check.ts'
import { isPlainRecord } from './as-record.ts'
import { checkMilliseconds, type Polling, PollingSource } from './polling.ts'

/** Options of {@link httpPoll}. */
export interface HttpPollOptions {
  /** Milliseconds from one answer to the next request, on the run's clock. Default 60,000. */
  readonly everyMs?: number
  /** Headers of each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds that a request may take, its whole answer included. Default 30,000. */
  readonly timeoutMs?: number
  /** Bytes of one answer at most. Default 16 MiB. */
  readonly maxBytes?: number
  /** Requests that may fail in a row and are tried again. Default 5; one more failure ends the run. */
  readonly retries?: number
  /** Milliseconds to wait after a first failure; doubled after each further one. Default 1,000. */
  readonly backoffMs?: number
  /** Milliseconds to wait after a failure at most. Default 60,000. */
  readonly maxBackoffMs?: number
  /** What makes the requests. Default: Node's `fetch`. */
  readonly fetch?: typeof fetch
}

/** One answer. */
export interface HttpContent {
  /** When the answer was complete, in ms since the epoch on the run's clock. */
  readonly time: number
  /** Its status, 200 to 299. */
  readonly status: number
  /** The whole answer, read in the encoding that `Content-Type` names, or as UTF-8. */
  readonly text: string
}

/**
 * A source that asks an address for its content again and again, and gives the whole text each time.
 *
 * What LogicSponge's GoogleDriveSource does, for any address. If the server names a version (`ETag`, `Last-Modified`), the
 * next request asks for a newer one, and there is no item where it says that there is none. While there is no room
 * downstream it does not ask. It ends only when the run is stopped or nobody needs more; a request under way is then
 * abandoned. With `stringDiff` behind it, only what was appended goes on.
 *
 * A request that finds no server, takes too long, or is answered with 408, 425, 429 or 500 and up is tried again, after
 * `backoffMs`, twice that, and so on; where the server says `Retry-After`, not before that, up to an hour.
 *
 * @throws {InvalidOptionError} if `url` is no http address, or an option makes no sense. Any other status, an answer that
 * is too long, a redirection to another server, and too many failures in a row fail the run with a `BadInputError`; it names the address without its query.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { take, httpPoll, toArray } from 'millrace/terms'
 *
 * let asked = 0
 * const server = createServer((_request, response) => response.end(`answer ${++asked}`))
 * await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
 * const { port } = server.address() as { port: number }
 * const answers = await toArray(httpPoll(`http://127.0.0.1:${port}/`, { everyMs: 1 }).pipe(take(2)))
 * console.log(answers.map(({ text }) => text)) // [ 'answer 1', 'answer 2' ]
 * server.closeAllConnections()
 * server.close()
 * ```
 */
export function httpPoll(url: string | URL, options: HttpPollOptions = {}): SourceTerm<HttpContent> {
  checkOptions('httpPoll', options, {
    everyMs: true,
    headers: true,
    timeoutMs: true,
    maxBytes: true,
    retries: true,
    backoffMs: true,
    maxBackoffMs: true,
    fetch: true,
  })
  const { everyMs = 60_000, timeoutMs = 30_000, backoffMs = 1000, maxBackoffMs = 60_000 } = options
  const { headers = {}, maxBytes = 16 * 1024 * 1024, retries = 5, fetch: request = fetch } = options
  const times = { everyMs, timeoutMs, backoffMs, maxBackoffMs }
  for (const [name, value] of Object.entries(times)) checkMilliseconds(`${name} of httpPoll()`, value)
  checkWhole('maxBytes of httpPoll()', maxBytes, 1)
  checkWhole('retries of httpPoll()', retries, 0)
  checkFunction('fetch of httpPoll', request)
  if (!isPlainRecord(headers) || Object.values(headers).some((value) => typeof value !== 'string')) {
    throw new InvalidOptionError('headers of httpPoll()', headers, 'a record of texts')
  }
  const plan = { url: addressOf(url), headers, timeoutMs, maxBytes, fetch: request }
  return new HttpPoll(plan, { everyMs, retries, backoffMs, maxBackoffMs })
}

interface Rhythm {
  readonly everyMs: number
  readonly retries: number
  readonly backoffMs: number
  readonly maxBackoffMs: number
}

class HttpPoll extends PollingSource<HttpContent> {
  override name = 'httpPoll'
  override readonly live = true
  readonly #plan: HttpPlan
  readonly #rhythm: Rhythm

  constructor(plan: HttpPlan, rhythm: Rhythm) {
    super()
    this.#plan = plan
    this.#rhythm = rhythm
  }

  protected override async *poll({
    clock,
    signal,
    sleep,
  }: Polling): AsyncGenerator<HttpContent, void, undefined> {
    const { everyMs, retries, backoffMs, maxBackoffMs } = this.#rhythm
    const request = new HttpRequest(this.#plan)
    for (let failures = 0; ; ) {
      const answer = await request.send(clock, signal)
      if (answer.kind === 'refused') throw answer.cause
      if (answer.kind === 'failed') {
        if (failures++ >= retries) throw gaveUp(request.shownUrl, failures, answer.cause)
        const backoff = Math.min(backoffMs * 2 ** (failures - 1), maxBackoffMs)
        if (!(await sleep(Math.max(backoff, answer.retryAfterMs)))) return
        continue
      }
      failures = 0
      if (answer.kind === 'text') {
        yield { time: clock.now(), status: answer.status, text: answer.text }
      }
      if (!(await sleep(everyMs))) return
    }
  }
}

function addressOf(url: unknown): URL {
  const parsed =
    url instanceof URL ? url : typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed
  throw new InvalidOptionError('The address of httpPoll()', url, 'an http: or https: URL')
}
