/** Where the next page of a paged API is: the three ways that are in use. Called by users of `pages`. */

import { BadInputError, describe, InvalidOptionError } from '@millrace/core'

/** One answer of a paged API. */
export interface Page {
  /** Its address: the one that has answered, where there were redirections. */
  readonly url: string
  /** 1 for the first one. */
  readonly number: number
  /** 200 to 299. */
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** What its JSON says. */
  readonly body: unknown
}

/** Tells the address of the page behind one, of which `items` were taken; nothing if it was the last. */
export type NextPage = (page: Page, items: readonly unknown[]) => string | URL | null | undefined

/**
 * The address that the header `Link` names as `rel="next"`, as GitHub and many others do it. The default of `pages`.
 *
 * @example
 * ```ts
 * import { linkHeader } from 'millrace/connect/http'
 *
 * const headers = { link: '</items?page=2>; rel="next", </items?page=9>; rel="last"' }
 * const page = { url: 'https://api.example.org/items', number: 1, status: 200, headers, body: [] }
 * console.log(linkHeader()(page, [])) // https://api.example.org/items?page=2
 * ```
 */
export function linkHeader(): NextPage {
  return ({ url, headers }) => {
    for (const [, target = '', parameters = ''] of (headers['link'] ?? '').matchAll(
      /<([^>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"[^"]*"|[^\s";,]+))?)*)/g,
    )) {
      const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i.exec(parameters)
      const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/)
      if (relations.includes('next')) return new URL(target, url).href
    }
    return undefined
  }
}

/**
 * The same address with a cursor that the page itself has, in the parameter `parameter`: until it has none.
 *
 * @param find the cursor in the body of a page; an empty text is none.
 * @throws {InvalidOptionError} if an argument makes no sense.
 * @example
 * ```ts
 * import { cursor } from 'millrace/connect/http'
 *
 * const next = cursor('after', (body: { next?: string }) => body.next)
 * const page = { url: 'https://api.example.org/items?size=9', number: 1, status: 200, headers: {} }
 * console.log(next({ ...page, body: { next: 'x7' } }, [])) // https://api.example.org/items?size=9&after=x7
 * console.log(next({ ...page, body: {} }, [])) // undefined
 * ```
 */
export function cursor<Body>(
  parameter: string,
  find: (body: Body) => string | number | null | undefined,
): NextPage {
  checkParameter('cursor', parameter)
  if (typeof find !== 'function') throw new InvalidOptionError('The function of cursor()', find, 'a function')
  return ({ url, body }) => {
    const found = find(body as Body)
    if (found === undefined || found === null || found === '') return undefined
    return withParameter(url, parameter, String(found))
  }
}

/**
 * The same address with a number that is one larger, in the parameter `parameter`: until a page has no items. An API that
 * answers 404 behind its last page fails the run: write a `next` that knows which page is the last.
 *
 * @param parameter without it, an address is that of page `first`.
 * @throws {InvalidOptionError} if an argument makes no sense.
 * @example
 * ```ts
 * import { pageNumber } from 'millrace/connect/http'
 *
 * const page = { url: 'https://api.example.org/items', number: 1, status: 200, headers: {}, body: ['a'] }
 * console.log(pageNumber('page')(page, ['a'])) // https://api.example.org/items?page=2
 * console.log(pageNumber('page')(page, [])) // undefined
 * ```
 */
export function pageNumber(parameter: string, first = 1): NextPage {
  checkParameter('pageNumber', parameter)
  if (!Number.isInteger(first)) throw new InvalidOptionError('first of pageNumber()', first, 'a whole number')
  return ({ url }, items) => {
    if (items.length === 0) return undefined
    const text = new URL(url).searchParams.get(parameter) ?? String(first)
    if (!/^-?\d+$/.test(text)) {
      throw new BadInputError(
        `The parameter ${parameter} of a page's address is no number, but ${describe(text)}.`,
      )
    }
    return withParameter(url, parameter, String(Number(text) + 1))
  }
}

function withParameter(url: string, parameter: string, value: string): string {
  const next = new URL(url)
  next.searchParams.set(parameter, value)
  return next.href
}

function checkParameter(owner: string, parameter: unknown): void {
  if (typeof parameter === 'string' && parameter !== '') return
  throw new InvalidOptionError(`The parameter of ${owner}()`, parameter, 'a name')
}
