/** `tellPatiently`: tells a run what to do, although its servers may be away for a while. Called by `hosts-engine.ts`. */

import { messageOf } from '@millrace/core'
import { codeOf } from '../report/error.ts'

/**
 * Calls `tell` until the servers have answered or `signal` aborts; each time that they have not, `onFailed` gets a line. Never
 * rejects: that a run could not be told something is no reason to end it.
 */
export async function tellPatiently(
  what: string,
  tell: () => Promise<void>,
  signal: AbortSignal,
  onFailed: (line: string, code: string | undefined) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await tell()
      return
    } catch (error) {
      if (signal.aborted) return
      const code = codeOf(error)
      const isAway = code === 'NO_CLUSTER'
      const next = isAway ? 'It is told again.' : 'It goes on.'
      onFailed(`the run could not be told to ${what}: ${messageOf(error)} ${next}`, code)
      if (!isAway) return
    }
  }
}
