/**
 * Ctrl-C, SIGTERM, and SIGHUP, a terminal that goes away, during a run: the first signal drains, the second cancels. Used by
 * `millrace run`.
 *
 * It never ends the process. From the second signal on nothing is listened for any more, so that a third one ends a
 * process whose terms do not let go.
 */

import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A signal that steers a run. */
export type Interrupt = (typeof signals)[number]

/** What signals arrive at: the process, or a stand-in in tests. */
export interface SignalSource {
  on(signal: Interrupt, listener: (signal: Interrupt) => void): unknown
  off(signal: Interrupt, listener: (signal: Interrupt) => void): unknown
}

/** What to do at the first signal and at the second. */
export interface InterruptActions {
  drain(signal: Interrupt): void
  cancel(signal: Interrupt): void
}

/** Listens until the second signal, or until the returned function is called. */
export function onInterrupts(actions: InterruptActions, source: SignalSource = process): () => void {
  let isDraining = false
  const listener = (signal: Interrupt): void => {
    if (isDraining) {
      remove()
      actions.cancel(signal)
    } else {
      isDraining = true
      actions.drain(signal)
    }
  }
  const remove = (): void => {
    for (const signal of signals) source.off(signal, listener)
  }
  for (const signal of signals) source.on(signal, listener)
  return remove
}

/** The exit code that shells give a process ended by the signal: 128 and the signal's number. */
export function exitCodeOf(signal: Interrupt): number {
  return 128 + constants.signals[signal]
}
