/** Reading a request's body, up to a limit; and getting rid of one that nobody wants. Called by `Exchange` and by servers. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { longTimer } from '@millrace/core/engine'
import type { EncodedReply } from './messages.ts'

/** Bytes of an unwanted body that are read and thrown away, and for how long, so that the client gets to read the answer. */
const LINGER_BYTES = 16 * 1024 * 1024
const LINGER_MS = 2000

/** Calls `onWhole` with the body, or `onTooLarge` as soon as it is known to be. Neither, if the client goes away before. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  onWhole: (body: Buffer) => void,
  onTooLarge: () => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    onTooLarge()
    return
  }
  // copied, not gathered: a client may send its body byte by byte, and each chunk takes much more than its bytes
  let buffer: Buffer = Buffer.alloc(0)
  let bytes = 0
  const onData = (chunk: Buffer): void => {
    const from = bytes
    bytes += chunk.length
    if (bytes > maxBytes) {
      stop()
      onTooLarge()
      return
    }
    if (bytes > buffer.length) buffer = grown(buffer, from, Math.min(Math.max(2 * from, bytes), maxBytes))
    buffer.set(chunk, from)
  }
  const onEnd = (): void => {
    stop()
    onWhole(buffer.subarray(0, bytes))
  }
  const stop = (): void => {
    request.off('data', onData)
    request.off('end', onEnd)
  }
  request.on('data', onData).on('end', onEnd)
}

function grown(buffer: Buffer, bytes: number, size: number): Buffer {
  const larger = Buffer.allocUnsafe(size)
  larger.set(buffer.subarray(0, bytes))
  return larger
}

/** Whether a body may still be on its way. */
export function hasMore(request: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  return !request.complete && (length !== '0' || encoding !== undefined)
}

/**
 * Answers a request whose body is not wanted: the answer is written at once, and the connection closed once the client has
 * sent all, or a good part of it. If it were closed at once, the client could lose the answer.
 */
export function turnAway(request: IncomingMessage, response: ServerResponse, reply: EncodedReply): void {
  if (!hasMore(request)) {
    send(response, reply, false)
    request.resume()
    return
  }
  response.writeHead(reply.status, { ...reply.headers, connection: 'close' })
  response.write(reply.body)
  let bytes = 0
  const end = (): void => {
    cancel()
    response.end()
  }
  const cancel = longTimer(LINGER_MS, end, false)
  response.on('close', cancel)
  request
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > LINGER_BYTES) end()
    })
    .on('end', end)
}

/** Writes a whole answer. @throws if Node refuses a header. */
export function send(
  response: ServerResponse,
  { status, headers, body }: EncodedReply,
  isLast: boolean,
): void {
  response.writeHead(status, isLast ? { ...headers, connection: 'close' } : headers)
  response.end(body)
}
