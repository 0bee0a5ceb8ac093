/** Checks the settings of single terms against a graph, for commands that know both files. Called by `run` and `check`. */

import { BadInputError, type Graph } from '@millrace/core'
import type { RunConfig } from './settings.ts'
import { mistakesInTerms } from './term-options.ts'

/** `run` would find the same, but knows neither file. @throws {BadInputError} for terms that the graph does not have. */
export function checkTerms(
  module: string,
  graph: Graph,
  terms: NonNullable<RunConfig['terms']>,
  file: string | undefined,
): void {
  const mistakes = mistakesInTerms(graph, terms, module)
  if (mistakes.length > 0) throw new BadInputError(mistakes.map((line) => `${file}: ${line}`).join('\n'))
}
