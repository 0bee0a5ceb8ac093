/** `decoderOf`: what a request's body becomes. Called by `RequestDesk`. */

import { TextDecoder } from 'node:util'

/** How bodies are given: as text, which must be UTF-8, or as bytes. */
export type BodyKind = 'text' | 'bytes'

/** Makes a function of the bytes; it gives `undefined` for what is no text. */
export function decoderOf(kind: BodyKind): (body: Buffer) => string | Uint8Array | undefined {
  if (kind === 'bytes') return (body) => new Uint8Array(body)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return (body) => {
    try {
      return decoder.decode(body)
    } catch {
      return undefined
    }
  }
}
