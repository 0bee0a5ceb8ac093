/** `steering`: what the page may do to a run, as a function of the commands that it sends. Called by `openUi`. */

import type { Command, Done } from '../model/protocol.ts'
import type { Feed } from './feed.ts'
import type { RunTitle } from './run-title.ts'

/** What is steered. */
export type Steered = Pick<Feed, 'isOpen' | 'steer' | 'tap' | 'tapped'>

/** Returns what does a command. That throws, or rejects, for one that cannot be done; pages are shown the message. */
export function steering(
  feed: Steered,
  { peek, replay }: Pick<RunTitle, 'peek' | 'replay'>,
): (command: Command) => undefined | Promise<Done> {
  const looks = new Map<string, () => void>()
  const replayed = new Set<string>()
  const end = (term: string): void => {
    const stop = looks.get(term)
    looks.delete(term)
    stop?.()
  }
  const runAgain = async (key: string): Promise<Done> => {
    if (replay === undefined) throw new TypeError('Dead letters of this run are kept in no file.')
    // two would give the same items to the same sinks
    if (replayed.has(key)) throw new TypeError('This group is being run again already.')
    replayed.add(key)
    try {
      return { said: await replay(key) }
    } finally {
      replayed.delete(key)
    }
  }
  const look = (term: string, limit: number): void => {
    if (peek === undefined || !feed.isOpen) throw new TypeError('There is nothing to look at.')
    end(term)
    const stop = peek(term, limit, (lines) => feed.tap(lines))
    looks.set(term, stop)
  }
  return (command) => {
    if (command.do === 'replay') return runAgain(command.key)
    if (command.do !== 'tap' && command.do !== 'untap') {
      feed.steer(command.do)
      return undefined
    }
    try {
      if (command.do === 'tap') look(command.term, command.limit)
      else end(command.term)
    } finally {
      // an old look has ended even if no other could be begun
      feed.tapped([...looks.keys()])
    }
    return undefined
  }
}
