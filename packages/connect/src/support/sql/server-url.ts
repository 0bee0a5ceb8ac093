/** `serverUrl`: the address of a server, as a text, taken apart. Called when a term of an SQL system is made. */

import { InvalidOptionError } from '@millrace/core'

/**
 * @param example what an address looks like, without a password.
 * @throws {InvalidOptionError} which shows nothing of the text but its scheme: a password may be anywhere in a text that is no
 * address.
 */
export function serverUrl(
  owner: string,
  text: string,
  schemes: readonly string[],
  example: string,
): { readonly url: URL; readonly parts: readonly (string | undefined)[] } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  try {
    if (url !== undefined && schemes.includes(url.protocol)) {
      const { username, password, pathname } = url
      const parts = [username, password, pathname.slice(1)].map(decodeURIComponent)
      return { url, parts: parts.map((part) => (part === '' ? undefined : part)) }
    }
  } catch {
    // a % that begins no character: told as any other text that is no address
  }
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? ''
  throw new InvalidOptionError(`connection of ${owner}()`, `${scheme}...`, example)
}
