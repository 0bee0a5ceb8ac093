/** `RunTitle`: what is known of a run when its page is opened. Types only. */

import type { GraphJson, Stats } from '@millrace/core'
import type { Limit, TapLines } from '../model/protocol.ts'

/** What the page says of a run beside its figures. */
export interface RunTitle {
  /** The module, or the program. */
  readonly title: string
  readonly strategy: string
  readonly graph: GraphJson
  /** Whether another run may follow at the same address: pages stay for it. Default false. */
  readonly isWatched?: boolean
  /** What limits a run, by its figures. */
  readonly limitOf?: (now: Stats, before?: Stats) => Limit | undefined
  /** Shows a few of the items that leave a term, `TERM[:PORT]`, from now on. Returns how to stop. @throws if it cannot. */
  readonly peek?: (term: string, limit: number, tell: (lines: TapLines) => void) => () => void
  /** Runs a group of dead letters again, by its key; resolves to what is to be said of it. */
  readonly replay?: (key: string) => Promise<string>
}
