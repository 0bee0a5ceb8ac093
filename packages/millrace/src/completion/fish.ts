/** The completion script of fish. Called by `completion.ts`. */

import type { CommandShape, OptionShape } from './shape.ts'

/** A line for each command and each of its options. */
export function fishScript(program: string, commands: readonly CommandShape[]): string {
  const head = `# completion of ${program} for fish: ${program} completion fish | source\ncomplete -c ${program} -f\n`
  return `${head}${commands.map((command) => linesOf(program, command)).join('')}`
}

function linesOf(program: string, { name, meaning, options, takes }: CommandShape): string {
  const inside = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`
  const choices = takes.flatMap((value) => (value.kind === 'choice' ? value.choices : []))
  return [
    `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${quoted(meaning)}`,
    ...(choices.length > 0 ? [`${inside} -a ${quoted(choices.join(' '))}`] : []),
    ...(takes.some(({ kind }) => kind === 'file') ? [`${inside} -F`] : []),
    ...options.map((option) => `${inside}${optionOf(option)}`),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function optionOf({ short, long, meaning, value }: OptionShape): string {
  const flag = `${short === undefined ? '' : ` -s ${short}`} -l ${long} -d ${quoted(meaning)}`
  if (value === undefined) return flag
  if (value.kind === 'choice') return `${flag} -x -a ${quoted(value.choices.join(' '))}`
  return value.kind === 'file' ? `${flag} -r -F` : `${flag} -x`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
