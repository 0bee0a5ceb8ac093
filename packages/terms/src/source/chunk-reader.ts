/** `ChunkReader`: the one way in which `fromReadable` sees a stream, whichever kind it is. */

/** Reads a stream on demand. */
export interface ChunkReader {
  /** What has arrived, at least one chunk; `undefined` once the stream has ended. One call at a time. */
  read(): Promise<readonly unknown[] | undefined>
  /** Wants no more: destroys the stream, lets a pending `read` resolve with `undefined`. Idempotent. */
  close(): void
}
