/** `withoutDashes`: takes away the `--` that a package manager hands on. Called by the command before it parses. */

import type { Command } from 'commander'

/**
 * npm takes away the `--` of `npm start -- --ui`, pnpm hands it on: `millrace run job.ts -- --ui`. Taken away is only one that
 * has an option behind it, and before it all that the command has to be given. In `millrace run -- -job.ts` it stays: there it
 * says that `-job.ts` is a file.
 */
export function withoutDashes(program: Command, args: readonly string[]): string[] {
  const at = args.indexOf('--')
  if (at < 0 || args[at + 1]?.startsWith('-') !== true) return [...args]
  return isComplete(program, args.slice(0, at)) ? args.toSpliced(at, 1) : [...args]
}

/** Whether these words name a command and give it the arguments that it needs, one at least if it takes any. */
function isComplete(program: Command, words: readonly string[]): boolean {
  let command = program
  let given = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word.startsWith('-')) {
      const option = command.options.find((each) => each.long === word || each.short === word)
      if (option?.required === true) i++
      continue
    }
    const inner = command.commands.find((each) => each.name() === word || each.aliases().includes(word))
    if (inner === undefined) given++
    else command = inner
  }
  const taken = command.registeredArguments
  const needed = taken.filter(({ required }) => required).length
  return given >= Math.max(needed, Math.min(1, taken.length))
}
