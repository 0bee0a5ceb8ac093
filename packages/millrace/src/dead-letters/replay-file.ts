/**
 * Feeds a file of dead letters back: `millrace run --replay`. Called by `command/run.ts`.
 *
 * The file is read once before the run, so that a mistake in its last line stops the run before it begins; and then once
 * for each term, as the graph takes the items, so that it may be of any size.
 */

import { realpath } from 'node:fs/promises'
import { BadInputError, type Graph, messageOf, type Replay } from '@millrace/core'
import { mayFailOnItems, nearest } from '@millrace/core/engine'
import { checkFile } from '../load-module.ts'
import { groupsIn } from './letter-groups.ts'
import { letterOf, type RawLetter, type ReadLetter } from './letter-line.ts'
import { linesIn } from './letter-lines.ts'

/** Which letters are fed back. */
type Chosen = (letter: RawLetter) => boolean

/**
 * The items of the file, or of one group of them, for `run`.
 *
 * @throws {BadInputError} for a file that cannot be read, holds nothing, or has a line that is no letter of this graph.
 */
export async function replayOf(file: string, graph: Graph, group?: number): Promise<Replay> {
  await checkFile(file)
  const isChosen = group === undefined ? () => true : await membersOf(file, group)
  const known = graph.nodes.filter(({ leaf }) => mayFailOnItems(leaf.kernel())).map(({ id }) => id)
  const terms = new Set<string>()
  for await (const { letter, at } of lettersIn(file, isChosen)) {
    if (!known.includes(letter.term))
      throw new BadInputError(`${file}:${at}: ${unknownTerm(letter.term, known)}`)
    terms.add(letter.term)
  }
  if (terms.size === 0) throw new BadInputError(`${file} holds no dead letter: there is nothing to replay.`)
  return Object.fromEntries([...terms].map((term) => [term, itemsFor(file, term, isChosen)]))
}

/** @throws {BadInputError} if both are one file: it would be read while letters are added to it. */
export async function checkOtherFile(replay: string, letters: string): Promise<void> {
  const [from, to] = await Promise.all([replay, letters].map((file) => realpath(file).catch(() => undefined)))
  if (from === undefined || from !== to) return
  throw new BadInputError(`--replay and --dead-letters name the same file, ${letters}. Write to another one.`)
}

function unknownTerm(term: string, known: readonly string[]): string {
  const near = nearest(term, known)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  return `the graph has no term "${term}" that takes items one by one. ${hint}It has: ${known.join(', ') || 'none'}.`
}

/** @throws {BadInputError} if there is no such group. */
async function membersOf(file: string, number: number): Promise<Chosen> {
  const { groups, keyOf } = await groupsIn(file)
  const group = groups[number - 1]
  if (group === undefined) {
    throw new BadInputError(
      `${file} has no group ${number}. It has ${groups.length}; see millrace letters ${file}.`,
    )
  }
  return (letter) => keyOf(letter) === group.key
}

async function* itemsFor(file: string, term: string, isChosen: Chosen): AsyncGenerator<unknown> {
  for await (const { letter } of lettersIn(file, isChosen)) if (letter.term === term) yield letter.item
}

async function* lettersIn(
  file: string,
  isChosen: Chosen,
): AsyncGenerator<{ readonly letter: ReadLetter; readonly at: number }> {
  for await (const { letter, at } of linesIn(file)) {
    if (isChosen(letter)) yield { letter: restored(letter, `${file}:${at}`), at }
  }
}

function restored(letter: RawLetter, place: string): ReadLetter {
  try {
    return letterOf(letter)
  } catch (cause) {
    throw new BadInputError(`${place}: ${messageOf(cause)}`, { cause })
  }
}
