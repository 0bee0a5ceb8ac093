/** The groups of a file of dead letters: one for each term, code and message. Called by `millrace letters` and by replays. */

import type { RawLetter } from './letter-line.ts'
import { linesIn } from './letter-lines.ts'

/** Letters that failed in the same way. Its number is its place in the order in which groups begin, which stays as letters are added. */
export interface FileGroup {
  readonly number: number
  readonly key: string
  readonly term: string
  readonly code: string
  readonly message: string
  readonly count: number
  readonly latest: RawLetter
}

/** Says which group a letter belongs to. */
export type KeyOf = (letter: RawLetter) => string

/** All groups, by their numbers. @throws {BadInputError} for a line that is no letter. */
export async function groupsIn(
  file: string,
): Promise<{ readonly groups: readonly FileGroup[]; readonly keyOf: KeyOf }> {
  const { letterKeyOf } = await import('@millrace/ui')
  const partsOf = ({ term, kind, error }: RawLetter) => letterKeyOf(term, String(kind), error)
  const groups = new Map<string, FileGroup>()
  for await (const { letter } of linesIn(file)) {
    const { key, term, code, message } = partsOf(letter)
    const before = groups.get(key)
    const number = before?.number ?? groups.size + 1
    groups.set(key, { number, key, term, code, message, count: (before?.count ?? 0) + 1, latest: letter })
  }
  return { groups: [...groups.values()], keyOf: (letter) => partsOf(letter).key }
}
