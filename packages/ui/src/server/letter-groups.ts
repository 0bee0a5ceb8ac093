/** `LetterGroups`: a run's dead letters as the page shows them. Holds one letter of each group, and a bounded number of groups. */

import { inspect } from 'node:util'
import { type DeadLetter, messageOf } from '@millrace/core'
import { letterKeyOf, MORE_GROUPS } from '../model/letters.ts'
import type { LetterGroup } from '../model/protocol.ts'

/** Groups held at most; the letters of any further ones are counted as one. */
const MAX_GROUPS = 100
const MAX_TEXT = 2000

interface Kept {
  readonly term: string
  readonly code: string
  readonly message: string
  count: number
  latest: DeadLetter
}

/** An item as text: short, and never the item itself. */
export function textOf(item: unknown): string {
  const text = inspected(item)
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

/** An item may throw when it is looked at; who watches a run must not end it. */
function inspected(item: unknown): string {
  try {
    return inspect(item, {
      depth: 6,
      maxArrayLength: 50,
      maxStringLength: MAX_TEXT,
      breakLength: 80,
      sorted: false,
    })
  } catch (error) {
    return `[cannot be shown: ${messageOf(error)}]`
  }
}

/** Counts letters by group. */
export class LetterGroups {
  readonly #groups = new Map<string, Kept>()
  /** Whether there is something that the page has not been told. */
  isChanged = false

  /** Adds a letter. Its item becomes text only when it is shown. */
  add(letter: DeadLetter): void {
    this.isChanged = true
    const found = letterKeyOf(letter.term, letter.kind, letter.error)
    const isFull = this.#groups.size >= MAX_GROUPS && !this.#groups.has(found.key)
    const key = isFull ? MORE_GROUPS : found.key
    const group = this.#groups.get(key)
    if (group !== undefined) {
      group.count++
      group.latest = letter
      return
    }
    const { term, code, message } = isFull ? { term: '', code: 'MORE', message: 'further groups' } : found
    this.#groups.set(key, { term, code, message, count: 1, latest: letter })
  }

  /** The groups, largest first. */
  list(): LetterGroup[] {
    return [...this.#groups]
      .map(([key, { term, code, message, count, latest }]) => ({
        key,
        term,
        code,
        message,
        count,
        latest: { time: latest.time, item: textOf(latest.item), error: messageOf(latest.error) },
      }))
      .sort((a, b) => b.count - a.count)
  }
}
