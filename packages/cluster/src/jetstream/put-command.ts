/** `putCommand`: says what a run is to do. Called by the substrate, and by `operation/run-control.ts`. */

import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import type { KV } from '@nats-io/kv'
import { commandAfter } from '../port/command-after.ts'
import type { Command } from '../port/substrate.ts'
import { COMMAND } from './names.ts'

/** Resolves to what holds from then on, see `commandAfter`. Whoever says something at the same time is heard as well. */
export async function putCommand(kv: KV, next: Command): Promise<Command> {
  for (;;) {
    const entry = await kv.get(COMMAND)
    const before = (entry?.string() ?? 'run') as Command
    const command = commandAfter(before, next)
    if (command === before) return command
    try {
      if (entry === null) await kv.create(COMMAND, command)
      else await kv.update(COMMAND, command, entry.revision)
      return command
    } catch (error) {
      // somebody else was faster
      if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence))
        throw error
    }
  }
}
