/** Hashes of what both sides must agree in. */

import { createHash } from 'node:crypto'

/** A hash of a text or of bytes: 16 hexadecimal digits of SHA-256. */
export function hashOf(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 16)
}
