/** The states of a snapshot's nodes. Called by a part that goes on from it, more than once. */

import { restoreValue } from '@millrace/core/engine'
import type { SavedStage } from './protocol.ts'

/** The states, by node. @throws {UnknownClassError} if there is an object of a class that is not registered here. */
export function statesOf({ states }: SavedStage): readonly unknown[] {
  // what is mended in place could not be mended again
  return restoreValue(states.mending === undefined ? states : structuredClone(states)) as unknown[]
}
