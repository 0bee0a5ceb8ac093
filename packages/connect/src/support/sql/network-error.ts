/** `isNetworkError`: whether an error is about the way to a server. Called by the systems' `verdictOn`. */

/** Codes of errors of sockets, which Node gives without the name of a system call, too. */
const CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_SOCKET_CLOSED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_WRITE_AFTER_END',
])

/** Another try may go well: the server is away, or the connection to it is gone. */
export function isNetworkError(error: unknown): boolean {
  const { code, syscall, cause } = (error ?? {}) as { code?: unknown; syscall?: unknown; cause?: unknown }
  if (CODES.has(String(code)) || typeof syscall === 'string') return true
  return cause !== undefined && isNetworkError(cause)
}
