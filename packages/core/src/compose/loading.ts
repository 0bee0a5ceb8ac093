/**
 * Refuses runs that begin because a module is loaded for its graph: one that calls `run` as well would run the whole program
 * again in each worker. Workers and the command load modules through `whileLoading`; `Run` asks `refuseRun`.
 *
 * A run inside a term is none of these: what a module starts is told apart by the async context that it was loaded in,
 * which is also that of what the module does later, behind an `await` or a timer.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { RunWhileLoadingError } from '../errors.ts'

/** A module that is loaded, or was. */
interface LoadedModule {
  readonly url: string
  refuse(error: RunWhileLoadingError): void
}

interface Shared {
  readonly context: AsyncLocalStorage<LoadedModule>
  /** By URL: a module is loaded once, so what it did once is known for good. */
  readonly refusals: Map<string, RunWhileLoadingError>
  readonly listeners: Set<(url: string, error: RunWhileLoadingError) => void>
}

/** On the global object: a worker's entry and the user's module may have a copy of this module each. */
const SHARED = Symbol.for('millrace.loading')
const holder = globalThis as { [SHARED]?: Shared }

function shared(): Shared {
  holder[SHARED] ??= { context: new AsyncLocalStorage(), refusals: new Map(), listeners: new Set() }
  return holder[SHARED]
}

/**
 * Calls `load`, which imports the module and what belongs to it. Once a run was refused the module is not
 * waited for any longer: it may wait for that run itself.
 *
 * @throws {RunWhileLoadingError} if a run was begun meanwhile, or when the module was loaded before; and what `load` throws.
 */
export async function whileLoading<Result>(url: string, load: () => Promise<Result>): Promise<Result> {
  const { context, refusals, listeners } = shared()
  const before = refusals.get(url)
  if (before !== undefined) throw before // it would wait for ever
  let onRefused!: (error: RunWhileLoadingError) => void
  const refused = new Promise<never>((_, reject) => {
    onRefused = reject
  })
  refused.catch(() => undefined) // it may come once the module has been loaded
  const module: LoadedModule = {
    url,
    refuse(error) {
      refusals.set(url, error)
      onRefused(error)
      for (const listener of listeners) listener(url, error)
    },
  }
  const loaded = await Promise.race([context.run(module, load), refused]).catch((error: unknown) => {
    throw refusals.get(url) ?? error
  })
  const refusal = refusals.get(url)
  if (refusal !== undefined) throw refusal
  return loaded
}

/** From now on what loaded modules do late is not told apart any more, which takes some time for each promise on Node 20. */
export function endLoading(): void {
  holder[SHARED]?.context.disable()
}

/** Why what this module made cannot be used in this worker, if it has begun a run. */
export function refusalOf(url: string): RunWhileLoadingError | undefined {
  return holder[SHARED]?.refusals.get(url)
}

/** Calls the listener for each run that is refused from now on. Returns how to stop. */
export function onRefusal(listener: (url: string, error: RunWhileLoadingError) => void): () => void {
  const { listeners } = shared()
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Called when a run is made. Returns whether it must not begin: whoever loads the module has been told. */
export function refuseRun(): boolean {
  const module = holder[SHARED]?.context.getStore()
  if (module === undefined) return false
  module.refuse(new RunWhileLoadingError(module.url))
  return true
}
