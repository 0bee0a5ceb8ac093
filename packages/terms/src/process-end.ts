/**
 * What must be done before the process ends, also where a signal ends it: half-written files are removed, child processes
 * ended. Called by `exec` and by sinks. It never keeps a process alive, and never decides what a signal does.
 */

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
const acts = new Set<() => void>()
/** Marks the listeners of all copies of this module. */
const OURS = Symbol.for('millrace.processEnd')

/**
 * Calls `act`, which is synchronous and may come to nothing, when the process ends: by itself, by `process.exit`, by an error
 * that nothing catches, or by SIGHUP, SIGINT or SIGTERM where nothing else listens. Not by SIGKILL. Returns how to call it
 * off; idempotent.
 */
export function beforeProcessEnds(act: () => void): () => void {
  if (acts.size === 0) listen()
  acts.add(act)
  return () => {
    if (acts.delete(act) && acts.size === 0) deafen()
  }
}

function listen(): void {
  process.on('exit', actAll)
  // before all others: one that listens once is gone when the next is called
  for (const signal of signals) process.prependListener(signal, onSignal)
}

function deafen(): void {
  process.off('exit', actAll)
  for (const signal of signals) process.off(signal, onSignal)
}

function actAll(): void {
  for (const act of acts) {
    try {
      act()
    } catch {
      // the process ends, and the others come after it
    }
  }
  acts.clear()
}

function onSignal(signal: NodeJS.Signals): void {
  const others = process.listeners(signal).filter((listener) => !(OURS in listener)).length
  if (others > listenersOfSignalExit()) return // they say what becomes of the process
  actAll()
  deafen()
  process.kill(process.pid, signal)
}
onSignal[OURS] = true

/** The package `signal-exit`, in one of its versions or several, listens to each signal and acts only if nothing else does. */
function listenersOfSignalExit(): number {
  const counts = [
    (process as { readonly __signal_exit_emitter__?: { readonly count?: unknown } }).__signal_exit_emitter__,
    (globalThis as { readonly [key: symbol]: { readonly count?: unknown } | undefined })[
      Symbol.for('signal-exit emitter')
    ],
  ].map((emitter) => emitter?.count)
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0)
}
