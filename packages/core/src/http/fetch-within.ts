/** `fetchWithin`: a request that follows redirections as far as they stay on its server. Called by all clients of HTTP. */

import { BadInputError } from '../errors.ts'

const REDIRECTIONS = [301, 302, 303, 307, 308]
/** As many as `fetch` itself follows. */
const MAX_REDIRECTIONS = 20

/** An address without what may be secret in it: credentials and query. */
export function shownUrl(url: URL): string {
  return url.origin + url.pathname
}

/** An answer, and the address that has given it. */
export interface Fetched {
  readonly response: Response
  readonly url: URL
}

/**
 * A GET. `fetch` itself would follow to any server, and send it all headers but `authorization` and `cookie`: keys of APIs,
 * too.
 *
 * @throws {BadInputError} for a redirection to another server, or too many. Otherwise what `fetch` throws.
 */
export async function fetchWithin(request: typeof fetch, first: URL, init: RequestInit): Promise<Fetched> {
  let url = first
  for (let count = 0; count <= MAX_REDIRECTIONS; count++) {
    const response = await request(url, { ...init, redirect: 'manual' })
    const location = response.headers.get('location')
    if (!REDIRECTIONS.includes(response.status) || location === null) return { response, url }
    await response.body?.cancel()
    url = targetOf(url, location)
  }
  throw new BadInputError(`${shownUrl(first)} redirects more than ${MAX_REDIRECTIONS} times.`)
}

function targetOf(url: URL, location: string): URL {
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined
  if (target === undefined) throw new BadInputError(`${shownUrl(url)} redirects to what is no address.`)
  if (target.origin === url.origin && target.username === '' && target.password === '') return target
  throw new BadInputError(
    `${shownUrl(url)} redirects to ${shownUrl(target)}: another server, which must not get the headers. Ask there at once if ` +
      'that is right.',
  )
}
