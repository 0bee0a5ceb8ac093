/** `onSocketClose`: tells when a connection is gone. Called by servers for each request, many of which may share one. */

import type { Socket } from 'node:net'

const listening = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls `listener` once the connection is closed. Returns how to stop listening. An answer that waits behind that of an
 * earlier request of its connection has none yet, so Node does not tell it.
 */
export function onSocketClose(socket: Socket, listener: () => void): () => void {
  const listeners = listening.get(socket) ?? listen(socket)
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** One listener for all requests of a connection: there may be any number of them. */
function listen(socket: Socket): Set<() => void> {
  const listeners = new Set<() => void>()
  listening.set(socket, listeners)
  socket.once('close', () => {
    for (const listener of [...listeners]) listener()
  })
  return listeners
}
