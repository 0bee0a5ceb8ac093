/**
 * Accompanies a run to its end: signals, a reader of stdout that goes away, an event loop that runs dry. Called by
 * `command/run.ts`; leaves no listener behind.
 */

import { type CheckpointSummary, MillraceError, type Outcome, type Run } from '@millrace/core'
import { onBrokenPipe } from '../broken-pipe.ts'
import { exitCodeOf, type Interrupt, onInterrupts } from '../interrupts.ts'

/** How a run ended, for the user and for the exit code. */
export interface Ending {
  readonly outcome: Outcome | 'failed' | 'cancelled'
  readonly code: number
  readonly error?: unknown
  readonly results: Readonly<Record<string, unknown>>
  readonly checkpoint?: CheckpointSummary | undefined
}

/** Resolves when the run has ended, however it did; `tell` gets what is to be said on the way. */
export async function superviseRun(running: Run, tell: (line: string) => void): Promise<Ending> {
  let cancelledBy: Interrupt | undefined
  let outputError: NodeJS.ErrnoException | undefined
  const removeInterrupts = onInterrupts({
    drain(signal) {
      tell(`${signal}: draining; what is under way goes on to its end. The same again cancels.`)
      running.stop()
    },
    cancel(signal) {
      tell(`${signal}: cancelling`)
      cancelledBy = signal
      running.cancel(signal)
    },
  })
  onBrokenPipe((error) => {
    if (outputError !== undefined) return
    outputError = error
    if (error.code === 'EPIPE') running.stop()
    else running.cancel(error)
  })
  const { isDry, removeDry } = onDryLoop()
  try {
    const { outcome, results, checkpoint } = await Promise.race([running.done, isDry])
    return { outcome, code: 0, results, checkpoint }
  } catch (error) {
    if (cancelledBy !== undefined && codeOf(error) === 'CANCELLED') {
      return { outcome: 'cancelled', code: exitCodeOf(cancelledBy), error, results: {} }
    }
    const isPipe = outputError?.code === 'EPIPE' && error instanceof Error && isPipeError(error.cause)
    // a term that writes to stdout itself learns of the reader's leaving by an error
    if (isPipe) return { outcome: 'stopped', code: 0, results: {} }
    return {
      outcome: 'failed',
      code: 1,
      error: outputError?.code === 'EPIPE' ? error : (outputError ?? error),
      results: {},
    }
  } finally {
    removeInterrupts()
    removeDry()
    onBrokenPipe(() => undefined)
  }
}

function isPipeError(error: unknown): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Rejects when Node is about to exit although the run goes on: it would exit with 0 and without a word. */
function onDryLoop(): { isDry: Promise<never>; removeDry: () => void } {
  let listener = (): void => undefined
  const isDry = new Promise<never>((_, reject) => {
    listener = () => reject(new DryLoopError())
  })
  process.once('beforeExit', listener)
  return { isDry, removeDry: () => process.off('beforeExit', listener) }
}

/** The run waits for something that can no longer happen. Code `NOTHING_PENDING`. */
class DryLoopError extends MillraceError {
  constructor() {
    super(
      'NOTHING_PENDING',
      'The run cannot end: a term waits for a promise that nothing is left to settle (no timer, file or connection ' +
        'is open any more).',
    )
  }
}
