/** `millrace graph`: prints a module's graph. Called by `cli.ts`. */

import { type AnyTerm, toDot, toJSON, toMermaid } from '@millrace/core'
import { inModule, loadTerm } from '../load-term.ts'
import type { Parameters } from './parameters.ts'

type Draw = (term: AnyTerm) => string | Promise<string>

const draw = {
  mermaid: toMermaid,
  dot: toDot,
  json: (term: AnyTerm) => `${JSON.stringify(toJSON(term), null, 2)}\n`,
  // its layout is loaded only here
  svg: async (term: AnyTerm) => (await import('@millrace/ui')).graphSvg(toJSON(term)),
} satisfies Record<string, Draw>

/** Options of `millrace graph`. */
export interface GraphCommandOptions {
  readonly param: Parameters
  readonly format: keyof typeof draw
}

/** Prints the graph to stdout. @throws {BadInputError} if the module gives none, or one that makes no sense. */
export async function graphCommand(file: string, { param, format }: GraphCommandOptions): Promise<void> {
  const term = await loadTerm(file, param)
  process.stdout.write(await inModule(file, (): string | Promise<string> => draw[format](term)))
}
