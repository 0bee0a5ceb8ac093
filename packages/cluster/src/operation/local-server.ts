/** `startServer`: a NATS server of one's own, for runs whose hosts are all on this machine. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@millrace/core/files'
import { NoClusterError } from '../errors.ts'
import { connectTo } from '../jetstream/connect.ts'

const STARTS_WITHIN_MS = 10_000
const LOOK_MS = 50

/** A server that runs as long as this process wants it. */
export interface LocalServer {
  /** Its address. */
  readonly url: string
  /** Rejects with a `NoClusterError` once it has ended. */
  readonly gone: Promise<never>
  /** Ends it, and removes what it has kept. */
  stop(): Promise<void>
}

/** @throws {NoClusterError} if there is no `nats-server` on the path, or it does not start. */
export async function startServer(): Promise<LocalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-nats-'))
  const port = await freePort()
  const url = `nats://127.0.0.1:${port}`
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], {
    stdio: 'ignore',
    detached: true, // a signal from the terminal is for the command, which needs the server to the end
  })
  const failed = new Promise<never>((_resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT'
      reject(
        new NoClusterError(
          isMissing
            ? 'There is no nats-server on the path. Install it (apt install nats-server, or https://nats.io/download), ' +
                'or name the servers to use with --servers.'
            : `nats-server cannot be started: ${error.message}`,
          error,
        ),
      )
    })
    server.once('exit', (code) => reject(new NoClusterError(`nats-server has ended with code ${code}.`)))
  })
  failed.catch(() => undefined)
  const keeper = server.pid === undefined ? undefined : keeperOf(server.pid, folder)
  const stop = async (): Promise<void> => {
    keeper?.kill('SIGKILL')
    await end(server)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.race([answers(url), failed])
    return { url, gone: failed, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Ends the server and removes what it has kept once this process is gone, however it ends: a shell whose input closes with
 * it. Where there is no shell the server stays behind a process that is killed.
 */
function keeperOf(pid: number, folder: string): ChildProcess {
  // it writes until it has ended
  const script = 'cat >/dev/null; kill "$0"; while kill -0 "$0" 2>/dev/null; do sleep 0.1; done; rm -rf "$1"'
  const keeper = spawn('sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a signal from the terminal is not for it
  })
  keeper.once('error', () => undefined)
  keeper.stdin?.once('error', () => undefined)
  keeper.unref()
  ;(keeper.stdin as Socket | null)?.unref()
  return keeper
}

async function answers(url: string): Promise<void> {
  const until = performance.now() + STARTS_WITHIN_MS
  for (;;) {
    try {
      const connection = await connectTo({ servers: [url], client: { maxReconnectAttempts: 0 } })
      return await connection.close()
    } catch (error) {
      if (performance.now() > until) throw error
    }
    await new Promise((resolve) => void setTimeout(resolve, LOOK_MS))
  }
}

function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined)
    return Promise.resolve()
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })
}
