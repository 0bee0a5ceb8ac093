/**
 * Feeds a file of dead letters back: `millrace run --replay`. Called by `command/run.ts`.
 *
 * The file is read once before the run, so that a mistake in its last line stops the run before it begins; and then once
 * for each term, as the graph takes the items, so that it may be of any size.
 */

import { createReadStream } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { BadInputError, type Graph, messageOf, type Replay } from '@millrace/core'
import { mayFailOnItems, nearest } from '@millrace/core/engine'
import { checkFile } from '../load-module.ts'
import { letterOf, type ReadLetter } from './letter-line.ts'

/**
 * The items of the file, for `run`.
 *
 * @throws {BadInputError} for a file that cannot be read, holds nothing, or has a line that is no letter of this graph.
 */
export async function replayOf(file: string, graph: Graph): Promise<Replay> {
  await checkFile(file)
  const known = graph.nodes.filter(({ leaf }) => mayFailOnItems(leaf.kernel())).map(({ id }) => id)
  const terms = new Set<string>()
  for await (const { letter, at } of lettersIn(file)) {
    if (!known.includes(letter.term))
      throw new BadInputError(`${file}:${at}: ${unknownTerm(letter.term, known)}`)
    terms.add(letter.term)
  }
  if (terms.size === 0) throw new BadInputError(`${file} holds no dead letter: there is nothing to replay.`)
  return Object.fromEntries([...terms].map((term) => [term, itemsFor(file, term)]))
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

async function* itemsFor(file: string, term: string): AsyncGenerator<unknown> {
  for await (const { letter } of lettersIn(file)) if (letter.term === term) yield letter.item
}

async function* lettersIn(
  file: string,
): AsyncGenerator<{ readonly letter: ReadLetter; readonly at: number }> {
  const input = createReadStream(file)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  let at = 0
  try {
    for await (const line of lines) {
      at++
      if (line.trim() === '') continue
      yield { letter: readLine(line, `${file}:${at}`), at }
    }
  } finally {
    lines.close()
    input.destroy()
  }
}

function readLine(line: string, place: string): ReadLetter {
  try {
    return letterOf(line)
  } catch (cause) {
    throw new BadInputError(`${place}: ${messageOf(cause)}`, { cause })
  }
}
