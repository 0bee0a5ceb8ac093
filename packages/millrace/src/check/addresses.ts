/** Whether modules are where a graph says that they are. Called by `checkGraph`. Imports them, and builds the graph once more. */

import { fileURLToPath } from 'node:url'
import {
  type AnyTerm,
  BadInputError,
  type Graph,
  ModuleTerm,
  messageOf,
  TermError,
  termRebuilt,
} from '@millrace/core'
import { graphTermsIn } from '@millrace/core/engine'
import { loadModule } from '../load-module.ts'

/**
 * Loads the functions of module terms, as entering the terms does.
 *
 * @throws {TermError} for the first that cannot be loaded.
 */
export async function checkModuleTerms({ nodes }: Graph): Promise<void> {
  for (const { id, leaf } of nodes) {
    if (!(leaf instanceof ModuleTerm)) continue
    const { url, exportName } = leaf as ModuleTerm<never, unknown>
    try {
      await new ModuleTerm(url, { export: exportName }).enter()
    } catch (cause) {
      throw new TermError(id, 'enter', cause)
    }
  }
}

/** Looks for the graph where workers would, and builds it as they do. @throws {BadInputError} if it is not there. */
export async function checkAddresses(term: AnyTerm): Promise<void> {
  for (const { origin } of graphTermsIn(term)) {
    const { url, params } = origin
    if (!url.startsWith('file:')) continue
    try {
      const exported = await loadModule(fileURLToPath(url), 'graph(import.meta.url, (params) => term)')
      termRebuilt(exported, params, url)
    } catch (cause) {
      throw new BadInputError(
        `Workers would look for the graph in ${url}: ${messageOf(cause)} The first argument of graph() is import.meta.url ` +
          'of the module that exports it by default.',
        { cause },
      )
    }
  }
}
