/** Certificates that tests make for themselves, with openssl: for `localhost` and 127.0.0.1, from an authority of their own. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** PEM texts, and the files they are in until `remove`. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
  remove(): void
}

/** Whether they can be made; says so if not. */
export function canCertify(): boolean {
  if (spawnSync('openssl', ['version']).status === 0) return true
  console.warn('left out: tests of TLS; openssl is not installed')
  return false
}

/** @param name what the certificate is for: `IP:127.0.0.1,DNS:localhost`. */
export function certify(name = 'IP:127.0.0.1,DNS:localhost'): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
  const file = (named: string): string => join(folder, named)
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })
  const [caKey, caFile, keyFile, request, certFile] = [
    'ca.key',
    'ca.pem',
    'key.pem',
    'request',
    'cert.pem',
  ].map(file) as [string, string, string, string, string]
  const rsa = ['-newkey', 'rsa:2048', '-nodes']
  openssl(
    'req',
    '-x509',
    ...rsa,
    '-keyout',
    caKey,
    '-out',
    caFile,
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  )
  openssl('req', ...rsa, '-keyout', keyFile, '-out', request, '-subj', '/CN=test server')
  writeFileSync(file('names'), `subjectAltName=${name}\n`)
  const by = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial']
  openssl('x509', '-req', '-in', request, ...by, '-out', certFile, '-days', '2', '-extfile', file('names'))
  const [ca, cert, key] = [caFile, certFile, keyFile].map((path) => readFileSync(path, 'utf8'))
  return {
    ca: ca as string,
    cert: cert as string,
    key: key as string,
    certFile,
    keyFile,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
