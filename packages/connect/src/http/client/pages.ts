/** `pages`: the items of an API that gives them page by page. */

import { createHash } from 'node:crypto'
import { BadInputError, BatchSourceTerm, type Context, describe } from '@millrace/core'
import { checkFunction, checkOptions, checkWhole } from '@millrace/core/engine'
import { HttpRequest, shownUrl } from '@millrace/core/http'
import { denied, rootOf } from './explain.ts'
import { linkHeader, type NextPage, type Page } from './next-page.ts'
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  type ClientPlan,
  checkLimits,
  clientPlanOf,
  httpAddressOf,
  type Reading,
  reading,
} from './reading.ts'

/** Options of {@link pages}. */
export interface PagesOptions<Item> extends ClientOptions {
  /** Where the next page is. Default: `linkHeader()`. */
  readonly next?: NextPage
  /** The items of a page. Default: its body, which must be a list. */
  readonly items?: (page: Page) => readonly Item[]
  /** Milliseconds that one request may take, its whole answer included. Default 30,000. */
  readonly timeoutMs?: number
  /** Bytes of one page at most. Default 16 MiB. */
  readonly maxBytes?: number
  /** Pages at most; one more fails the run. Default 1,000,000. */
  readonly maxPages?: number
}

/**
 * A source of the items of a paged API: the pages are asked for one after the other, each once there is room for its items.
 * It ends behind the last page.
 *
 * A request that finds no server, takes too long, or is answered with 408, 425, 429 or 500 and up is tried again, as
 * `reconnect` says; where the server says `Retry-After`, not before that, up to an hour. The position is a page: a run that
 * goes on from a checkpoint asks for the first page of which it has not had all items, and passes over those that it had. So
 * each item comes once, as long as pages do not change.
 *
 * Redirections are followed as far as they stay on the server: another one must not get the headers. An API that answers 404
 * behind its last page needs a `next` that knows which one that is, or the run fails there.
 *
 * @throws {InvalidOptionError} if `url` is no http address, or an option makes no sense. The run fails with a
 * `ConnectionDeniedError` for any other status and for a certificate that is not trusted, with a `ConnectionLostError` after
 * too many failures in a row, and with a `BadInputError` for an answer that is no JSON, too long, or without a list, for a
 * redirection to another server, and for pages that lead in a circle, or are more than `maxPages`.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { pages } from 'millrace/connect/http'
 * import { toArray } from 'millrace/terms'
 *
 * const server = createServer(({ url = '' }, response) => {
 *   const page = Number(new URL(url, 'http://localhost').searchParams.get('page') ?? 1)
 *   if (page < 3) response.setHeader('link', `</words?page=${page + 1}>; rel="next"`)
 *   response.end(JSON.stringify([`word ${page}a`, `word ${page}b`]))
 * })
 * await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
 * const { port } = server.address() as { port: number }
 * const words = await toArray(pages<string>(`http://127.0.0.1:${port}/words`))
 * console.log(words.length, words.at(-1)) // 6 word 3b
 * server.closeAllConnections()
 * server.close()
 * ```
 */
export function pages<Item = unknown>(
  url: string | URL,
  options: PagesOptions<Item> = {},
): BatchSourceTerm<Item> {
  checkOptions('pages', options, {
    ...CLIENT_OPTIONS,
    next: true,
    items: true,
    timeoutMs: true,
    maxBytes: true,
    maxPages: true,
  })
  const { next = linkHeader(), items = listOf, timeoutMs = 30_000, maxBytes = 16 * 1024 * 1024 } = options
  const { maxPages = 1_000_000 } = options
  checkFunction('next of pages', next)
  checkFunction('items of pages', items)
  checkLimits('pages', { timeoutMs }, { maxBytes })
  checkWhole('maxPages of pages()', maxPages, 1)
  const client = clientPlanOf('pages', options)
  const first = httpAddressOf('pages', url)
  return new Pages<Item>({ first, next, items, timeoutMs, maxBytes, maxPages, client })
}

interface PagesPlan<Item> {
  readonly first: URL
  readonly next: NextPage
  readonly items: (page: Page) => readonly Item[]
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly maxPages: number
  readonly client: ClientPlan
}

/** A page to be asked for; no address behind the last one. */
interface Place {
  readonly url: string | null
  readonly number: number
}

class Pages<Item> extends BatchSourceTerm<Item> {
  override name = 'pages'
  readonly #plan: PagesPlan<Item>
  /** Where to go on behind each batch that is under way. */
  readonly #places = new WeakMap<readonly unknown[], Place>()

  constructor(plan: PagesPlan<Item>) {
    super()
    this.#plan = plan
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    return this.seek({ url: this.#plan.first.href, number: 1 }, ctx)
  }

  override position(batch: readonly Item[]): unknown {
    return this.#places.get(batch)
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    const { first, client } = this.#plan
    return reading(ctx, first, client.reconnect, (run) => this.#read(run, position as Place))
  }

  async *#read(run: Reading, from: Place): AsyncGenerator<readonly Item[], void, undefined> {
    const seen = new Set<string>()
    for (let place = from; place.url !== null; ) {
      this.#checkNew(place.url, place.number, seen)
      const page = await this.#ask(run, place.url, place.number)
      const items = this.#plan.items(page)
      if (!Array.isArray(items)) {
        throw new BadInputError(
          `Page ${page.number}, ${shown(page.url)}, has no list of items, but ${describe(items)}. Say where it is: items.`,
        )
      }
      place = { url: this.#behind(page, items), number: place.number + 1 }
      const batch = [...(items as readonly Item[])]
      this.#places.set(batch, place)
      yield batch
    }
  }

  /** An address that comes again would go on for ever. @throws {BadInputError} */
  #checkNew(url: string, number: number, seen: Set<string>): void {
    const { maxPages } = this.#plan
    if (number > maxPages) {
      throw new BadInputError(`There are more than ${maxPages} pages. Raise maxPages if that is right.`)
    }
    // addresses may be long, and there may be many
    const hash = createHash('sha256').update(url).digest('base64').slice(0, 16)
    if (seen.has(hash)) {
      throw new BadInputError(
        `Page ${number} would be ${shown(url)} once more: pages lead in a circle. Look at next.`,
      )
    }
    seen.add(hash)
  }

  #behind(page: Page, items: readonly unknown[]): string | null {
    const next = this.#plan.next(page, items)
    if (next === undefined || next === null) return null
    const at = URL.canParse(String(next), page.url) ? new URL(String(next), page.url) : undefined
    // another server must not get the headers, which may hold credentials
    if (at === undefined || at.href === page.url || at.origin !== this.#plan.first.origin) {
      throw new BadInputError(
        `Behind page ${page.number}, ${shown(page.url)}, there would be ${shown(String(next))}: not the address of another page ` +
          'of the same server.',
      )
    }
    return at.href
  }

  async #ask({ clock, signal, retries }: Reading, url: string, number: number): Promise<Page> {
    const { timeoutMs, maxBytes, client } = this.#plan
    const { headers, fetch } = client
    const plan = { url: new URL(url), headers, timeoutMs, maxBytes, fetch }
    const request = new HttpRequest(plan)
    for (;;) {
      const answer = await request.send(clock, signal)
      switch (answer.kind) {
        case 'text':
          retries.succeeded()
          return {
            url: answer.url.href,
            number,
            status: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: parsed(answer.text, request.shownUrl),
          }
        // nothing has been asked for that could be unchanged
        case 'unchanged':
          throw denied(request.shownUrl, 304)
        case 'refused':
          throw denied(request.shownUrl, answer.status)
        case 'failed':
          // a status that may pass is no failure for good
          await retries.after(passing(answer.cause), answer.retryAfterMs)
          signal.throwIfAborted()
      }
    }
  }
}

/** An address without its query, which may hold keys. */
function shown(url: string): string {
  return URL.canParse(url) ? shownUrl(new URL(url)) : describe(url.replace(/\?.*/s, ''))
}

/** `Retries` takes an error of Millrace's own for one that will not pass. */
function passing(cause: unknown): unknown {
  return cause instanceof BadInputError ? new Error(cause.message) : rootOf(cause)
}

function parsed(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BadInputError(`${url} answered with what is no JSON.`, { cause })
  }
}

function listOf<Item>({ body }: Page): readonly Item[] {
  return body as readonly Item[]
}
