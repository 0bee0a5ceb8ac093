/** `Replays`: groups of a run's dead letters, run again from its page. Called by `command/run.ts`. */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { BadInputError } from '@millrace/core'
import { flagOf, flags } from '../config/text-layers.ts'
import { groupsIn } from '../dead-letters/letter-groups.ts'
import { startCommand } from '../start-command.ts'
import { READY, type WatchMessage } from '../watch/watched.ts'
import type { RunCommandOptions } from './run-options.ts'

/** What the last event of a run says; see `--log json`. */
interface EndEvent {
  readonly event?: string
  readonly msg: string
}

/** The replays that the page of one command has begun. They end with the command, and even if it is killed. */
export class Replays {
  readonly #module: string
  readonly #options: RunCommandOptions
  readonly #running = new Map<ChildProcess, Promise<void>>()
  #isOver = false

  constructor(module: string, options: RunCommandOptions) {
    this.#module = module
    this.#options = options
  }

  /**
   * Runs the module with the items of one group alone, in a process of its own, which loads the module as it is now. What it
   * prints goes where this process prints. Resolves to what its last line says.
   *
   * @throws {BadInputError} if the file has no such group.
   */
  async run(file: string, key: string): Promise<string> {
    const { groups } = await groupsIn(file)
    const group = groups.find((other) => other.key === key)
    if (group === undefined) throw new BadInputError(`${file} has no such group.`)
    if (this.#isOver) throw new BadInputError('The command has ended.')
    const replay = ['--replay', file, '--replay-group', String(group.number), '--log', 'json', '--watched']
    const args = ['run', this.#module, ...replay, ...settingsOf(this.#options)]
    const child = startCommand(args, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    child.on('message', (message) => {
      if (message === READY) child.send({ kind: 'begin' } satisfies WatchMessage, () => undefined)
    })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    // not `close`: it does not come for a child that was disconnected from here
    const ends = [once(child, 'exit'), once(child.stderr as Readable, 'close')]
    const ended = Promise.all(ends).then(() => undefined)
    this.#running.set(child, ended)
    try {
      await ended
    } finally {
      this.#running.delete(child)
    }
    return lastOf(said)
  }

  /** Cancels those under way, which end by themselves once nothing watches them. Resolves when none is left. */
  async end(): Promise<void> {
    this.#isOver = true
    for (const child of this.#running.keys()) if (child.connected) child.disconnect()
    await Promise.allSettled(this.#running.values())
  }
}

/** The flags of this run that are settings, and its parameters. */
function settingsOf(options: RunCommandOptions): string[] {
  const { param, config } = options
  const names = (Object.keys(flags) as (keyof typeof flags)[]).filter(
    (name) => !name.startsWith('checkpoint'),
  )
  const settings = names.flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : value === true ? [flagOf(name)] : [flagOf(name), value]
  })
  const parameters = Object.entries(param).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  return [...(config === undefined ? [] : ['--config', config]), ...settings, ...parameters]
}

/** The message of the event that ended the run; else whatever was said last. */
function lastOf(said: string): string {
  const lines = said.trim().split('\n')
  for (const line of lines.toReversed()) {
    const event = eventOf(line)
    if (event?.event === 'end') return event.msg
  }
  return lines.at(-1) ?? ''
}

function eventOf(line: string): EndEvent | undefined {
  try {
    return JSON.parse(line) as EndEvent
  } catch {
    return undefined // a mistake in the call stays text
  }
}
