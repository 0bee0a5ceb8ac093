/**
 * Counts what a worker's terms print, so that the caller's thread can tell when all of it has arrived: a process that
 * exits right after a run would cut off the rest. Called by the worker's entry and by `PartRunner`; `HostThread` waits.
 */

let bytes = 0

/** Counts from now on what is written to stdout and stderr. */
export function watchPrinted(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    stream.write = (...args: unknown[]): boolean => {
      const [chunk, encoding] = args
      if (typeof chunk === 'string') {
        bytes += Buffer.byteLength(
          chunk,
          typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8',
        )
      } else bytes += (chunk as Uint8Array).byteLength
      return write(...args)
    }
  }
}

/** Bytes that this worker has printed in its life. */
export function printedBytes(): number {
  return bytes
}
