/** `accompany`: a distributed run to its end: signals, and what makes the command give it up. Called by `distributed.ts`. */

import type { Joined } from '@millrace/cluster'
import { exitCodeOf, type Interrupt, onInterrupts, type SignalSource } from '../interrupts.ts'
import { codeOf, linesOfFailure, say } from '../report/error.ts'
import type { Log } from '../report/log.ts'

const FAILED = 1

/** How a distributed run ended, for the user and for the exit code. */
export interface DistributedEnding {
  readonly outcome: 'completed' | 'stopped' | 'failed' | 'cancelled'
  readonly code: number
  readonly error?: unknown
  readonly results: Readonly<Record<string, unknown>>
}

/** Resolves when the run has ended. If one of `refusals` rejects, the run is cancelled on every host, and has failed of it. */
export async function accompany(
  joined: Pick<Joined, 'done' | 'stop' | 'cancel' | 'results'>,
  log: Log,
  refusals: readonly Promise<never>[],
  source?: SignalSource,
): Promise<DistributedEnding> {
  let isStopping = false
  let isRefused = false
  let cancelledBy: Interrupt | undefined
  const told = (telling: Promise<void>): Promise<void> =>
    telling.catch((error: unknown) => say(linesOfFailure(error)[0] as string))
  const interrupts = {
    drain(signal: Interrupt) {
      log('warn', `${signal}: draining; what is under way goes on to its end. The same again cancels.`)
      isStopping = true
      void told(joined.stop())
    },
    cancel(signal: Interrupt) {
      log('warn', `${signal}: cancelling`)
      cancelledBy = signal
      void told(joined.cancel())
    },
  }
  const remove = onInterrupts(interrupts, source)
  const refused = Promise.race(refusals).catch((error: unknown) => {
    isRefused = true
    throw error
  })
  try {
    const end = await (refusals.length === 0 ? joined.done : Promise.race([joined.done, refused]))
    if (end !== 'completed') {
      const code = cancelledBy === undefined ? 1 : exitCodeOf(cancelledBy)
      log('warn', 'cancelled', { event: 'end', outcome: 'cancelled' })
      return { outcome: 'cancelled', code, results: {} }
    }
    const results = await joined.results()
    return { outcome: isStopping ? 'stopped' : 'completed', code: 0, results }
  } catch (error) {
    const [first, ...more] = linesOfFailure(error)
    const line = [`${first} [${codeOf(error)}]`, ...more].join('\n')
    log('error', line, { event: 'end', outcome: 'failed', code: codeOf(error) })
    // hosts elsewhere would go on, and wait for what does not come
    if (isRefused) await told(joined.cancel())
    return { outcome: 'failed', code: FAILED, error, results: {} }
  } finally {
    remove()
  }
}
