/** The completion script of zsh. Called by `completion.ts`. */

import type { CommandShape, OptionShape, ValueShape } from './shape.ts'

/** A function for zsh's completion system. */
export function zshScript(program: string, commands: readonly CommandShape[]): string {
  const described = commands.map(({ name, meaning }) => `    ${quoted(`${name}:${meaning}`)}\n`).join('')
  return `#compdef ${program}
# completion of ${program} for zsh: source <(${program} completion zsh)
_${program}() {
  local line state
  local -a commands
  commands=(
${described}  )
  _arguments -C '1:command:->command' '*::argument:->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${commands.map(commandCase).join('')}      esac ;;
  esac
}
if [[ $funcstack[1] == _${program} ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`
}

function commandCase({ name, options, takes }: CommandShape): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...takes.map((value, at) => quoted(`${at + 1}:${value.kind}:${actionOf(value)}`)),
  ]
  return `        ${name}) _arguments ${specs.join(' ')} ;;\n`
}

/** A spec for each form of the option. One that may be given several times is offered again. */
function optionSpecs({ short, long, meaning, value }: OptionShape): string[] {
  const told = `[${meaning.replace(/[[\]:\\]/g, '\\$&')}]`
  const taken = value === undefined ? '' : `:${value.kind}:${actionOf(value)}`
  return [...(short === undefined ? [] : [`-${short}`]), `--${long}`].map((flag) =>
    quoted(`*${flag}${told}${taken}`),
  )
}

function actionOf(value: ValueShape): string {
  if (value.kind === 'choice') return `(${value.choices.join(' ')})`
  return value.kind === 'file' ? '_files' : ' '
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
