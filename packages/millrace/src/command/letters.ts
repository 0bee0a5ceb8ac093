/** `millrace letters`: what failed, in groups; one group in full; or one group run again. Called by `cli.ts`. */

import { inspect } from 'node:util'
import { BadInputError } from '@millrace/core'
import { type FileGroup, groupsIn } from '../dead-letters/letter-groups.ts'
import { checkFile } from '../load-module.ts'
import { linesOfTable } from '../report/table.ts'
import { runCommand } from './run.ts'
import type { RunCommandOptions } from './run-options.ts'

/** Options of `millrace letters`: those of `millrace run`, for the run that feeds a group back. */
export interface LettersCommandOptions extends RunCommandOptions {
  readonly json?: true
  readonly rerun?: string
}

/** Resolves to the exit code. @throws {BadInputError} if the file holds no letters, or not that group. */
export async function lettersCommand(
  file: string,
  number: number | undefined,
  { json, rerun, ...options }: LettersCommandOptions,
  begin: () => void,
): Promise<number> {
  await checkFile(file)
  if (rerun !== undefined) {
    const group = number === undefined ? {} : { replayGroup: number }
    return runCommand(rerun, { ...options, replay: file, ...group }, begin)
  }
  const { groups } = await groupsIn(file)
  if (groups.length === 0) throw new BadInputError(`${file} holds no dead letter.`)
  const shown = number === undefined ? groups : groups.filter((group) => group.number === number)
  if (shown.length === 0) throw new BadInputError(`${file} has no group ${number}. It has ${groups.length}.`)
  if (json === true) process.stdout.write(`${JSON.stringify(shown.map(({ key: _, ...group }) => group))}\n`)
  else process.stdout.write(number === undefined ? table(file, shown) : full(shown[0] as FileGroup))
  return 0
}

function table(file: string, groups: readonly FileGroup[]): string {
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const rows = [
    ['group', 'letters', 'term', 'code', 'message'],
    ...groups.map(({ number, count, term, code, message }) => [
      `${number}`,
      `${count}`,
      term,
      code,
      oneLine(message),
    ]),
  ]
  const lines = linesOfTable(rows, [0, 1])
  return `${total} letters in ${groups.length} groups of ${file}\n\n${lines.join('\n')}\n`
}

function full({ number, count, term, code, message, latest }: FileGroup): string {
  const { time, attempts, item, error } = latest as Readonly<Record<string, unknown>>
  const { stack, message: exact } = (error ?? {}) as Readonly<Record<string, unknown>>
  return [
    `group ${number}: ${count} letters, ${code} in ${term}`,
    message,
    '',
    `the newest, of ${String(time)}, after ${String(attempts)} calls:`,
    String(stack ?? exact ?? ''),
    '',
    'its item:',
    typeof item === 'string' ? item : inspect(item, { depth: 8, breakLength: 100 }),
    '',
  ].join('\n')
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
