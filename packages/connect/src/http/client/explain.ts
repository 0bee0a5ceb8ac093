/** `explainHttp`: which failures of a request no further try would mend, and what to look at. Called by all clients of HTTP. */

import { BadInputError, type MillraceError } from '@millrace/core'
import { ConnectionDeniedError } from '../../errors.ts'

const UNTRUSTED =
  'Its certificate is not trusted: name the authority that has signed it in NODE_EXTRA_CA_CERTS, a file in PEM.'
const TLS_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'Connect by the name that its certificate has.'],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'Its certificate is out of date, or the clock of this machine is wrong.',
  ],
  [/^(DEPTH_ZERO_)?SELF_SIGNED|^UNABLE_TO_|^CERT_/, UNTRUSTED],
  [
    /^EPROTO$|^ERR_SSL_/,
    'It does not speak TLS on this port as is asked for: is it http: or ws:, or another port?',
  ],
]

/** What an error is that no further try would mend; `undefined` for one that may pass. */
export function explainHttp(server: string, error: unknown): MillraceError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  const tls = TLS_ERRORS.find(([pattern]) => pattern.test(code))
  return tls === undefined ? undefined : new ConnectionDeniedError(server, tls[1], error)
}

/** What a server means that answers with a status that no further try would change. */
export function denied(server: string, status: number): ConnectionDeniedError {
  return new ConnectionDeniedError(
    server,
    remedyOf(status),
    new BadInputError(`the answer has the status ${status}`),
  )
}

function remedyOf(status: number): string {
  switch (status) {
    case 401:
      return 'It wants to know who asks: give the credentials, { headers: { authorization } }.'
    case 403:
      return 'Whoever the headers name must not read this: look at their rights.'
    case 404:
    case 410:
      return 'There is nothing at this address: look at its path.'
    default:
      return 'Look at the address and the headers.'
  }
}

/** What is behind the error that `fetch` fails with, which says only that it has. */
export function rootOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause !== undefined ? error.cause : error
}
