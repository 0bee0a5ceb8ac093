/** Removes a run's streams. Called by `millrace clean`, and by tests for what they made. */

import { systemClock } from '@millrace/core/engine'
import { jetstreamManager } from '@nats-io/jetstream'
import { patiently } from '../protocol/persist.ts'
import { connectTo, type ServerOptions } from './connect.ts'
import { withMeaning } from './errors.ts'
import { namesOf } from './names.ts'

/** Deletes all that run `run` has on the servers. Resolves to the names of the streams that there were. */
export async function removeRun(run: string, server: ServerOptions): Promise<string[]> {
  const connection = await connectTo(server)
  try {
    const jsm = await jetstreamManager(connection, { checkAPI: false })
    const names = namesOf(run)
    const found = new Set<string>()
    const remove = async (): Promise<void> => {
      const left: string[] = []
      for await (const name of jsm.streams.names(names.all)) left.push(name)
      for await (const name of jsm.streams.names(`$KV.${names.bucket}.>`)) left.push(name)
      for (const name of left) {
        found.add(name)
        await jsm.streams.delete(name)
      }
    }
    await patiently(systemClock, () => withMeaning('clean', run, remove))
    return [...found]
  } finally {
    await connection.close()
  }
}
