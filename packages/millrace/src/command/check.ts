/** `millrace check`: says what is wrong with a graph and its settings, and where its terms would run. Called by `cli.ts`. */

import { MillraceError } from '@millrace/core'
import { checkGraph } from '../check/check-graph.ts'
import type { CheckedTerm, GraphReport, Remark } from '../check/report.ts'
import { type ResolvedConfig, resolveConfig } from '../config/resolve.ts'
import { commandStrategies } from '../config/settings.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { useTsconfigOf } from '../load-module.ts'
import { loadTerm } from '../load-term.ts'
import { codeOf, linesOfMistake, say } from '../report/error.ts'
import type { Parameters } from './parameters.ts'

/** Options of `millrace check`. */
export interface CheckCommandOptions extends Omit<FlagValues, 'strict'> {
  readonly param: Parameters
  readonly config?: string
  readonly json?: true
  /** Warnings count as well. */
  readonly strict?: true
}

/** The exit code with `--strict`, if there is a warning. */
const WARNED = 1
/** The exit code if `millrace run` would not begin. */
const MISTAKEN = 2

/** Resolves to the exit code. */
export async function checkCommand(module: string, options: CheckCommandOptions): Promise<number> {
  const { param, config: file, json = false, strict = false, ...flags } = options
  const mistakes: MillraceError[] = []
  const note = (error: unknown): undefined => {
    if (!(error instanceof MillraceError)) throw error
    mistakes.push(error)
  }
  useTsconfigOf(module)
  const resolved = await resolveConfig({ ...(file === undefined ? {} : { config: file }), flags }).catch(note)
  // what is wrong with the graph is told beside what is wrong with the config
  const settings: Pick<ResolvedConfig, 'config' | 'file'> = resolved ?? { config: {}, file: undefined }
  const report = await loadTerm(module, param)
    .then((term) => checkGraph(module, term, settings))
    .catch(note)
  if (json) process.stdout.write(jsonOf(module, param, report, mistakes))
  if (mistakes.length > 0 || report === undefined) {
    if (!json) for (const mistake of mistakes) for (const line of linesOfMistake(mistake)) say(line)
    return MISTAKEN
  }
  if (!json) process.stdout.write(textOf(module, report))
  return strict && report.warnings.length > 0 ? WARNED : 0
}

function jsonOf(
  module: string,
  params: Parameters,
  report: GraphReport | undefined,
  mistakes: readonly MillraceError[],
): string {
  const isSound = mistakes.length === 0
  const told = mistakes.flatMap((error) => {
    const code = codeOf(error)
    return error.message.split('\n').map((message): Remark => ({ code, message }))
  })
  const result = { module, params, isSound, mistakes: told, ...(isSound ? report : {}) }
  return `${JSON.stringify(result, null, 2)}\n`
}

function textOf(module: string, { strategy, edges, terms, refusals, warnings }: GraphReport): string {
  const counted = `${count(terms.length, 'term')}, ${count(edges, 'edge')}`
  const blocks = new Map<string, string[]>()
  for (const term of terms) {
    const places = linesOf(term)
    blocks.set(places, [...(blocks.get(places) ?? []), term.id])
  }
  const told = [...blocks].map(([places, ids]) => `${listed(ids)}\n${places}`)
  const remarks = [
    ...Object.entries(refusals).map(
      ([name, { code, message }]) => `note: ${name} cannot run it: ${message} [${code}]\n`,
    ),
    ...warnings.map(({ code, message }) => `warning: ${message} [${code}]\n`),
  ]
  const verdict = `${module} can be run under ${strategy}: ${counted}.\n`
  return [HEAD, ...told, `${remarks.join('')}${verdict}`].join('\n')
}

const HEAD = 'caller is the thread that calls run(); there inline runs every term.\n'

/** A line for each place, with the strategies that choose it. */
function linesOf({ places }: CheckedTerm): string {
  const groups = new Map<string, string[]>()
  for (const name of commandStrategies) {
    if (name === 'inline') continue
    const place = places[name]
    if (place === undefined) continue
    const key = `  ${place.runsOn.padEnd('workers'.length)}  ${place.why}`
    groups.set(key, [...(groups.get(key) ?? []), name])
  }
  return [...groups].map(([line, names]) => `${line} (${names.join(', ')})\n`).join('')
}

/** Ids in a line at most. */
const MAX_IDS = 12

function listed(ids: readonly string[]): string {
  const more = ids.length - MAX_IDS
  return `${ids.slice(0, MAX_IDS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function count(items: number, what: string): string {
  return `${items} ${what}${items === 1 ? '' : 's'}`
}
