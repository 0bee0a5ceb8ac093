/** Checks configs and options of runs. Called for each source of settings, and by `run`. */

import { InvalidOptionError } from '@millrace/core'
import { explain } from './explain.ts'
import { invalidPaths, isRecord, type Section } from './setting.ts'
import { liveSettings, optionSettings, type RunConfig, runSettings } from './settings.ts'

/** A line for each mistake in a config; none if it is one. */
export function mistakesIn(config: unknown, settings: Section = runSettings): string[] {
  return invalidPaths(settings, config).map((path) => explain(path, settings, config))
}

/**
 * The options of a run, told apart: those that are plain values, without the ones that are `undefined`, and the others.
 *
 * @throws {InvalidOptionsError} with a line per mistake.
 */
export function checkOptions<Options extends object>(
  options: Options,
): { readonly config: RunConfig; readonly live: Pick<Options, keyof typeof liveSettings & keyof Options> } {
  const given = isRecord(options) ? Object.entries(options) : []
  const isLive = (name: string): boolean => Object.hasOwn(liveSettings, name)
  const config = withoutUndefined(Object.fromEntries(given.filter(([name]) => !isLive(name))))
  const live = Object.fromEntries(given.filter(([name, value]) => isLive(name) && value !== undefined))
  const mistakes = mistakesIn(
    isRecord(options) ? { ...(config as object), ...live } : options,
    optionSettings,
  )
  if (mistakes.length > 0) throw new InvalidOptionsError(mistakes)
  return {
    config: config as RunConfig,
    live: live as Pick<Options, keyof typeof liveSettings & keyof Options>,
  }
}

/** Options of `run` that make no sense, a line for each mistake. Code `INVALID_OPTION`. */
export class InvalidOptionsError extends InvalidOptionError {
  constructor(mistakes: readonly string[]) {
    super('Each option', mistakes, 'one that run() knows')
    this.message = mistakes.join('\n')
    // users know the class that it extends
    this.name = InvalidOptionError.name
    // the stack begins with name and message, and was taken before these were set
    Error.captureStackTrace(this, new.target)
  }
}

/** Records in records in a config: what lies deeper is a mistake, and may be a cycle. */
const MAX_DEPTH = 3

/** An object of some class, a store say, is no record of options. */
function isInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== Object.prototype && prototype !== null
}

/** In code `{ workers: undefined }` says nothing; in a file it would be a mistake. */
function withoutUndefined(value: unknown, depth = 0): unknown {
  if (!isRecord(value) || depth === MAX_DEPTH || isInstance(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, withoutUndefined(part, depth + 1)]),
  )
}
