/** `RunCommandOptions`: the flags of `millrace run`, as they were parsed. */

import type { Access } from '@millrace/cluster'
import type { FlagValues } from '../config/text-layers.ts'
import type { ProgressKind } from '../progress/progress-lines.ts'
import type { LossKind } from '../report/losses.ts'
import type { Parameters } from './parameters.ts'

/** Options of `millrace run`. */
export interface RunCommandOptions extends FlagValues, Access {
  readonly param: Parameters
  readonly config?: string
  readonly summary?: string
  readonly report?: string
  readonly telemetry?: string
  readonly deadLetters?: string
  readonly replay?: string
  readonly replayGroup?: number
  readonly overwrite?: true
  readonly quiet?: true
  readonly progress?: ProgressKind
  readonly failOn?: readonly LossKind[]
  readonly hosts?: number
  readonly servers?: readonly string[]
  readonly run?: string
  readonly label?: readonly string[]
  readonly commitMs?: number
  readonly giveUpMs?: number
  readonly tap?: readonly string[]
  readonly tapLimit?: number
  readonly ui?: true
  readonly uiPort?: number
  readonly uiHost?: string
  readonly uiReadOnly?: true
  readonly uiHold?: true
  readonly trace?: string
  readonly metrics?: string
  readonly log?: 'text' | 'json'
  readonly watch?: true
  readonly watchCancel?: true
  /** Started by `--watch`. */
  readonly watched?: true
  /** By \`millrace bench\`: there are no checkpoints, whatever the settings say. */
  readonly measured?: true
}
