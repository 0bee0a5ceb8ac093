/** From a module's name and parameters to the term to run or draw. Called by the commands. */

import { type AnyTerm, BadInputError, isGraphModule, isTerm, termOfExport, termRebuilt } from '@millrace/core'
import type { Parameters } from './command/parameters.ts'
import { loadModule } from './load-module.ts'
import { reasonIn } from './report/reason.ts'

/** @throws {BadInputError} if the module cannot be loaded, exports no graph, or cannot build it. */
export async function loadTerm(file: string, params: Parameters): Promise<AnyTerm> {
  return (await loadMaker(file, params))()
}

/**
 * What builds the module's term, anew each time; it throws a `BadInputError` if it cannot.
 *
 * @throws {BadInputError} if the module cannot be loaded, or exports no graph.
 */
export async function loadMaker(file: string, params: Parameters): Promise<() => AnyTerm> {
  const exported = await loadModule(file, 'graph(import.meta.url, (params) => term)')
  const given = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  if (isTerm(exported) && given.length > 0) {
    throw new BadInputError(
      `${file} exports a term, which takes no parameters (${given.join(', ')}). ` +
        'Write: export default graph(import.meta.url, (params) => term).',
    )
  }
  if (!isGraphModule(exported)) {
    const term = termOfExport(exported, params, file)
    return () => term
  }
  return () => {
    try {
      return termOfExport(exported, params, file)
    } catch (cause) {
      const hint = given.length === 0 ? 'no --param was given' : `--param ${given.join(', ')}`
      throw new BadInputError(`${reasonIn(file, cause)} (${hint})`, { cause })
    }
  }
}

/** As `loadTerm`, with parameters that were converted before. @throws {BadInputError} if the module cannot be loaded. */
export async function rebuildTerm(file: string, params: unknown): Promise<AnyTerm> {
  const exported = await loadModule(file, 'graph(import.meta.url, (params) => term)')
  return termRebuilt(exported, params, file)
}

/** Does what compiles the module's graph. @throws {BadInputError} that names the module. */
export function inModule<Result>(file: string, compile: () => Result): Result {
  try {
    return compile()
  } catch (cause) {
    throw new BadInputError(reasonIn(file, cause), { cause })
  }
}
