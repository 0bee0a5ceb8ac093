/** Parts of a broker's URL and of its credentials. Called by connectors when a term is made. */

import { InvalidOptionError } from '@millrace/core'

/** The host as a socket takes it: an IPv6 address without the brackets that it has in a URL. Default: loopback. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1'
}

/** A part of a URL as it was before it was percent-encoded. @throws {InvalidOptionError} for one that is not. */
export function decodedPart(owner: string, part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    const wanted = 'percent-encoded where it has a %: %25'
    throw new InvalidOptionError(`url of ${owner}()`, '(not shown)', wanted)
  }
}

/** @throws {InvalidOptionError} for an option of these names that is given and is no text. Its value is not shown. */
export function checkTexts<Options extends object>(
  owner: string,
  options: Options,
  names: readonly (string & keyof Options)[],
): void {
  for (const name of names) {
    const value = options[name]
    if (value === undefined || typeof value === 'string') continue
    throw new InvalidOptionError(`${name} of ${owner}()`, `(${typeof value})`, 'a text')
  }
}
