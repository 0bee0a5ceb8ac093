/** TLS as options, and what its mistakes mean. Used by the connectors of brokers. */

import { checkBoolean, checkOptions } from '@millrace/core/engine'
import { checkText } from './check-name.ts'

/** How a connection is encrypted, and whom it trusts. Texts are in PEM. */
export interface TlsOptions {
  /** Certificates of the authorities to trust, in place of those that Node trusts. */
  readonly ca?: string
  /** A certificate to show to the server, with its `key`. */
  readonly cert?: string
  readonly key?: string
  /** The name that the server's certificate is to bear. Default: the host of the address. */
  readonly servername?: string
  /** `false` takes any certificate: for tests only. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** @throws {InvalidOptionError} for what is no way to encrypt. */
export function checkTls(owner: string, tls: boolean | TlsOptions | undefined): void {
  if (tls === undefined) return
  if (typeof tls !== 'object') {
    checkBoolean(`tls of ${owner}()`, tls)
    return
  }
  checkOptions(`tls of ${owner}`, tls, {
    ca: true,
    cert: true,
    key: true,
    servername: true,
    rejectUnauthorized: true,
  })
  for (const name of ['ca', 'cert', 'key', 'servername'] as const) {
    checkText(`tls.${name} of ${owner}()`, tls[name])
  }
  if (tls.rejectUnauthorized !== undefined) {
    checkBoolean(`tls.rejectUnauthorized of ${owner}()`, tls.rejectUnauthorized)
  }
}

/** What Node takes, for a server at `host`; `undefined` without TLS. */
export function tlsOf(tls: boolean | TlsOptions | undefined): TlsOptions | undefined {
  if (tls === undefined || tls === false) return undefined
  return tls === true ? {} : tls
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
])

/** What to look at if TLS does not come about; `undefined` for an error of another kind. */
export function tlsRemedy(error: unknown): string | undefined {
  const { code, message = '', cause } = error as { code?: unknown; message?: string; cause?: unknown }
  const name = String(code ?? '')
  if (UNTRUSTED.has(name)) {
    return 'Its certificate comes from nobody that is trusted: give that authority with tls: { ca }.'
  }
  if (name === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'Its certificate is for another name: use that in the address, or give it with tls: { servername }.'
  }
  if (name === 'CERT_HAS_EXPIRED' || name === 'CERT_NOT_YET_VALID') {
    return 'Its certificate is not valid now: renew it there, or set the clock here.'
  }
  if (name === 'EPROTO' || name.startsWith('ERR_SSL_') || /wrong version number/i.test(message)) {
    return 'TLS was asked for, and that port does not speak it as expected: leave tls out, or give the port with TLS.'
  }
  return cause === undefined || cause === null ? undefined : tlsRemedy(cause)
}

/** For how long a handshake may take, in ms. */
const HANDSHAKE_MS = 5_000
/** After so many handshakes in a row that came to nothing, none before, the server has no TLS; it may only be starting. */
const IN_VAIN = 3

/** Tells a server that does not speak TLS, and only waits or hangs up, from one that has a bad moment. Made for each link. */
export class Handshakes {
  readonly #isEncrypted: boolean
  #hadOne = false
  #inVain = 0

  constructor(tls: boolean | TlsOptions | undefined) {
    this.#isEncrypted = tlsOf(tls) !== undefined
  }

  /** What `connecting` gives. Where the first ones come to nothing, says so. @param giveUp ends one that takes too long. */
  async over<T>(connecting: Promise<T>, giveUp: () => void = () => undefined): Promise<T> {
    if (!this.#isEncrypted || this.#hadOne) return await connecting
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      giveUp()
    }, HANDSHAKE_MS)
    try {
      const connected = await connecting
      this.#hadOne = true
      return connected
    } catch (error) {
      const { code, message = '' } = error as { code?: unknown; message?: string }
      const isCut = code === 'ECONNRESET' || code === 'EPIPE' || /before secure TLS|closed/i.test(message)
      if (!isLate && !isCut) this.#inVain = 0
      else this.#inVain++
      if (this.#inVain < IN_VAIN) throw error
      throw Object.assign(new Error('no TLS handshake came about'), {
        code: 'ERR_SSL_NO_HANDSHAKE',
        cause: error,
      })
    } finally {
      clearTimeout(timer)
    }
  }
}
