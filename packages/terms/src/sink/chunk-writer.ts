/** `ChunkWriter`: the one way in which `toWritable` sees a stream, whichever kind it is. */

/** Writes to a stream as far as it has room. */
export interface ChunkWriter {
  /** Writes one chunk; a promise while the stream is full. Fails with the stream's own error. */
  write(chunk: unknown): void | Promise<void>
  /** Resolves when everything was written and, if `end`, the stream has finished. */
  finish(end: boolean): Promise<void>
  /** Lets the stream go after a failure or cancel; destroys it if `destroy`. Idempotent, never throws. */
  abandon(destroy: boolean, reason: unknown): void
}
