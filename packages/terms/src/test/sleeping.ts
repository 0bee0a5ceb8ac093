/** Waiting for sources that read files or sockets: how long that takes is open, what they do then is not. */

import { settle, type VirtualClock } from '@millrace/core/testing'

/** Resolves when a term sleeps on `clock`: it has done what it had to do, and waits for time to pass. */
export async function sleeping(clock: VirtualClock): Promise<void> {
  while (clock.pending === 0) await settle(1)
  await settle() // what it gave just before is on its way
}
