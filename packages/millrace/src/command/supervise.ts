/**
 * Accompanies a run to its end: signals, a reader of stdout that goes away, what goes wrong outside of its terms. Called by
 * `command/run.ts`; leaves no listener behind.
 */

import { type CheckpointSummary, type Outcome, type Run, UncaughtError } from '@millrace/core'
import { onBrokenPipe } from '../broken-pipe.ts'
import { BY_COMMAND } from '../distributed/options.ts'
import {
  exitCodeOf,
  type Interrupt,
  type InterruptActions,
  onInterrupts,
  type SignalSource,
} from '../interrupts.ts'
import { watchProcess } from '../process-watch.ts'

/** How a run ended, for the user and for the exit code. */
export interface Ending {
  readonly outcome: Outcome | 'failed' | 'cancelled'
  readonly code: number
  readonly error?: unknown
  readonly results: Readonly<Record<string, unknown>>
  readonly checkpoint?: CheckpointSummary | undefined
}

/** Resolves when the run has ended, however it did; `tell` gets what is to be said on the way, signals come from `source`. */
export async function superviseRun(
  running: Run,
  tell: (line: string) => void,
  source?: SignalSource,
): Promise<Ending> {
  let cancelledBy: Interrupt | undefined
  let outputError: NodeJS.ErrnoException | undefined
  const interrupts: InterruptActions = {
    drain(signal) {
      tell(`${signal}: draining; what is under way goes on to its end. The same again cancels.`)
      running.stop()
    },
    cancel(signal) {
      tell(`${signal}: cancelling`)
      cancelledBy = signal
      running.cancel(signal)
    },
  }
  const removeInterrupts = onInterrupts(interrupts, source)
  onBrokenPipe((error) => {
    if (outputError !== undefined) return
    outputError = error
    // a term that prints listens, too: it fails with its next item, or at its end, and has a name
    if (error.code === 'EPIPE' || othersListen()) void running.stop()
    else void running.cancel(error)
  })
  const watch = watchProcess()
  try {
    const { outcome, results, error, checkpoint } = await Promise.race([running.done, watch.failed])
    // what the last calls have left behind, promises that nobody waits for, comes up only now
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), watch.failed])
    const kept = { outcome, results, checkpoint }
    return outcome === 'failed' ? { ...kept, code: 1, error } : { ...kept, code: 0 }
  } catch (error) {
    // whose timer or promise it was is not known: what goes on may rest on something broken
    if (error instanceof UncaughtError) await running.cancel(error)
    if (cancelledBy !== undefined && codeOf(error) === 'CANCELLED') {
      return { outcome: 'cancelled', code: exitCodeOf(cancelledBy), error, results: {} }
    }
    // what somebody wants is no failure
    if (codeOf(error) === 'CANCELLED' && (error as Error).cause === BY_COMMAND) {
      return { outcome: 'cancelled', code: 1, error, results: {} }
    }
    const isPipe = outputError?.code === 'EPIPE' && error instanceof Error && isPipeError(error.cause)
    // a term that writes to stdout itself learns of the reader's leaving by an error
    if (isPipe) return { outcome: 'stopped', code: 0, results: {} }
    return {
      outcome: 'failed',
      code: 1,
      error: outputError?.code === 'EPIPE' || isOf(error, outputError) ? error : (outputError ?? error),
      results: {},
    }
  } finally {
    removeInterrupts()
    watch.end()
    onBrokenPipe(() => undefined)
  }
}

/** Whether somebody beside `onBrokenPipe` is told of errors of stdout. */
function othersListen(): boolean {
  return process.stdout.listenerCount('error') > 1
}

function isOf(error: unknown, cause: unknown): boolean {
  return error instanceof Error && cause !== undefined && error.cause === cause
}

function isPipeError(error: unknown): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
