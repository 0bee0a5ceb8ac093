/** `CheckpointConfig`: the section `checkpoint` of a config file. */

import type { CheckpointOptions } from '@millrace/core'

/** When checkpoints are taken: what a config file may hold. */
export interface CheckpointConfig extends Omit<CheckpointOptions, 'store'> {
  /** The folder that they are kept in. It is made if need be; one run at a time. */
  readonly dir?: string
}
