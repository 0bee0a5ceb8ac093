/** Removes a run's streams. Called by `millrace clean`, and by tests for what they made. */

import { jetstreamManager } from '@nats-io/jetstream'
import { connectTo, type ServerOptions } from './connect.ts'
import { namesOf } from './names.ts'

/** Deletes all that run `run` has on the servers. Resolves to the names of the streams that there were. */
export async function removeRun(run: string, server: ServerOptions): Promise<string[]> {
  const connection = await connectTo(server)
  try {
    const jsm = await jetstreamManager(connection)
    const names = namesOf(run)
    const found: string[] = []
    for await (const name of jsm.streams.names(names.all)) found.push(name)
    for await (const name of jsm.streams.names(`$KV.${names.bucket}.>`)) found.push(name)
    for (const name of found) await jsm.streams.delete(name)
    return found
  } finally {
    await connection.close()
  }
}
