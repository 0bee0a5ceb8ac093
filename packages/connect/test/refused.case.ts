/** What connectors say when a server refuses, or TLS does not come about. Called by the tests of each system. */

import { run, type Term } from '@millrace/core'
import { take } from '@millrace/terms'
import { afterAll, describe, expect, test } from 'vitest'
import { ConnectionDeniedError } from '../src/errors.ts'
import { type Certificates, canCertify, certify } from './certificates.ts'
import type { Service } from './service.ts'
import { openTlsFront, type TlsFront } from './tls-front.ts'

/** What a run of this source, or into this sink, is denied with. */
export async function denialOf(term: Term<never, unknown>): Promise<string> {
  const error = await run(term).done.then(
    () => undefined,
    (reason: { readonly cause?: unknown }) => reason.cause,
  )
  expect(error).toBeInstanceOf(ConnectionDeniedError)
  return (error as Error).message
}

/** How a system is reached with TLS. */
export interface TlsCase {
  readonly service: Service
  /** A source at a port of loopback that has an item at once, with these options of TLS. */
  source(
    port: number,
    tls: true | { readonly ca?: string; readonly servername?: string },
  ): Term<never, unknown>
  /** Sees to it that there is an item. */
  before?(): Promise<void>
  /** Opens a server with these certificates. Default: TLS in front of the real one. */
  open?(certificates: Certificates): Promise<TlsFront>
}

/** What TLS mistakes are answered with. */
export function tlsContract({ service, source, before, open }: TlsCase): void {
  const front = (certificates: Certificates): Promise<TlsFront> =>
    open?.(certificates) ?? openTlsFront(service, certificates)

  describe.skipIf(!canCertify())('TLS', () => {
    const good = certify()
    const other = certify('DNS:elsewhere.example')
    afterAll(() => {
      good.remove()
      other.remove()
    })

    test('with an authority that is trusted, all goes well', async () => {
      await before?.()
      const server = await front(good)
      await run(source(server.port, { ca: good.ca }).pipe(take(1))).done
      await server.close()
    })

    test('a certificate that nobody vouches for', async () => {
      const server = await front(good)
      expect(await denialOf(source(server.port, true))).toContain('tls: { ca }')
      await server.close()
    })

    test('a certificate for another name', async () => {
      const server = await front(other)
      expect(await denialOf(source(server.port, { ca: other.ca }))).toContain('tls: { servername }')
      await server.close()
    })

    test('a server that has none', async () => {
      expect(await denialOf(source(service.port, true))).toMatch(/leave tls out/)
    })
  })
}
