/**
 * Temporary files beside the files that sinks write: their names, and how those of dead runs are removed. Called by
 * `LineFile` and `RollingFiles`, which hold the lock of the file: so no other run that lives has any of them.
 */

import { createHash, randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Characters of a file's name that are kept in those of its temporary files. */
const NAME_CHARS = 50

/** A new name in the file's folder. */
export function temporaryBeside(target: string): string {
  return join(dirname(target), `${prefixOf(target)}${randomUUID()}.tmp`)
}

/** A new name for what tells how far the files of a run are complete. */
export function stakeBeside(target: string): string {
  return join(dirname(target), `${prefixOf(target)}${randomUUID()}${STAKE_END}`)
}

/** Removes the temporary files of a target, but for some. Never fails: what cannot be removed stays. */
export async function removeLeftovers(target: string, but: readonly string[] = []): Promise<void> {
  const folder = dirname(target)
  const prefix = prefixOf(target)
  const names = await readdir(folder).catch(() => [])
  // where a stake stands, a temporary file that is missing counts as complete
  const stakesFirst = [...names].sort((a, b) => Number(isStake(b)) - Number(isStake(a)))
  for (const name of stakesFirst) {
    const isLeft = name.startsWith(prefix) && LEFTOVER.test(name.slice(prefix.length))
    if (isLeft && !but.includes(join(folder, name)))
      await rm(join(folder, name), { force: true }).catch(() => undefined)
  }
}

const STAKE_END = '.stake'
/** With what a copy, or a file that was being written as a whole, has behind its name. */
const LEFTOVER = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:tmp|stake)(?:\.copy|\.tmp)?$/

function isStake(name: string): boolean {
  return name.endsWith(STAKE_END)
}

function prefixOf(target: string): string {
  const name = basename(target)
  if (name.length <= NAME_CHARS) return `.${name}-`
  return `.${name.slice(0, NAME_CHARS)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}-`
}
