/** The option `checkpoint` of a run as users give it, with a folder in place of a store. Called by `run`. */

import type { CheckpointOptions, CheckpointStore } from '@millrace/core'
import { InvalidOptionsError } from '../config/check.ts'
import type { CheckpointConfig } from './checkpoint-config.ts'
import { FileStore } from './file-store.ts'

/** When checkpoints are taken, and where they are kept: `dir` or `store` is needed. */
export interface RunCheckpointOptions extends CheckpointConfig {
  /** Keeps them in place of a folder. */
  readonly store?: CheckpointStore
}

/** Core's option for the user's. @throws {InvalidOptionsError} if there is neither a folder nor a store, or both. */
export function checkpointOption({ dir, store, ...when }: RunCheckpointOptions): CheckpointOptions {
  if (dir !== undefined && store !== undefined) {
    throw new InvalidOptionsError(['checkpoint has both dir and store. Give one of them.'])
  }
  if (store !== undefined) return { ...when, store }
  if (dir !== undefined) return { ...when, store: new FileStore(dir) }
  throw new InvalidOptionsError([
    'checkpoint.dir is missing: the folder that checkpoints are kept in (--checkpoint on the command line).',
  ])
}
