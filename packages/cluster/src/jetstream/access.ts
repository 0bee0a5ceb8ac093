/** How to get in at the servers, from the files that hold it. Called by the command line. */

import { readFileSync } from 'node:fs'
import { BadInputError, messageOf } from '@millrace/core'
import { credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'
import type { ServerOptions } from './connect.ts'

/** Paths of files; what is not given is not needed. */
export interface Access {
  /** Credentials as `nsc` writes them: a token and its key. */
  readonly creds?: string | undefined
  /** The seed of an nkey. */
  readonly nkey?: string | undefined
  /** Certificates of whoever signs the servers'. */
  readonly tlsCa?: string | undefined
  /** The certificate to show, and its key. */
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
}

/**
 * Servers with the access that files give.
 *
 * @throws {BadInputError} if a file cannot be read, or a certificate is given without its key.
 */
export function serversWith(servers: readonly string[], access: Access): ServerOptions {
  const { creds, nkey, tlsCa, tlsCert, tlsKey } = access
  if (creds !== undefined && nkey !== undefined) {
    throw new BadInputError('Credentials and an nkey are two ways in: give one of them.')
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new BadInputError('A certificate to show needs its key: give both, or neither.')
  }
  const authenticator =
    creds !== undefined
      ? credsAuthenticator(read('credentials', creds))
      : nkey !== undefined
        ? nkeyAuthenticator(Buffer.from(read('nkey', nkey).toString().trim()))
        : undefined
  const files = {
    ...(tlsCa === undefined ? {} : { ca: read('CA certificates', tlsCa).toString() }),
    ...(tlsCert === undefined ? {} : { cert: read('certificate', tlsCert).toString() }),
    ...(tlsKey === undefined ? {} : { key: read('key', tlsKey).toString() }),
  }
  const client = {
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(Object.keys(files).length === 0 ? {} : { tls: files }),
  }
  return { servers, client }
}

function read(what: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new BadInputError(`The file of the ${what} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
