/** The completion script of bash. Called by `completion.ts`. */

import type { CommandShape, OptionShape } from './shape.ts'

/** A function that bash calls with the words of the line. */
export function bashScript(program: string, commands: readonly CommandShape[]): string {
  const names = commands.map(({ name }) => name)
  return `# completion of ${program} for bash: source <(${program} completion bash)
_${program}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${names.join('|')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case "$command $prev" in
${commands.flatMap(valueCases).join('')}  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W '${[...names, 'help', '--help', '--version'].join(' ')}' -- "$cur")) ;;
${commands.map(commandCase).join('')}  esac
}
complete -o filenames -F _${program} ${program}
`
}

function valueCases({ name, options }: CommandShape): string[] {
  return options.flatMap((option) => {
    const { value } = option
    if (value === undefined) return []
    const patterns = flagsOf(option).map((flag) => `'${name} ${flag}'`)
    const words = value.kind === 'choice' ? `-W '${value.choices.join(' ')}'` : '-f'
    const reply = value.kind === 'text' ? '' : `COMPREPLY=($(compgen ${words} -- "$cur")); `
    return [`    ${patterns.join('|')}) ${reply}return ;;\n`]
  })
}

function commandCase({ name, options, takes }: CommandShape): string {
  const flags = options.flatMap(flagsOf).join(' ')
  const choices = takes.flatMap((value) => (value.kind === 'choice' ? value.choices : []))
  const others = choices.length > 0 ? `-W '${choices.join(' ')}'` : '-f'
  const rest = takes.length > 0 ? ` || COMPREPLY=($(compgen ${others} -- "$cur"))` : ''
  return `    ${name}) [[ $cur == -* ]] && COMPREPLY=($(compgen -W '${flags}' -- "$cur"))${rest} ;;\n`
}

function flagsOf({ short, long }: OptionShape): string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${long}`]
}
