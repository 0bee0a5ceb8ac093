/** `overKeys`: one figure of the values of each item. Internal. */

import { InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkKeys, valuesOf } from './columns.ts'
import { type Figure, type OverKeysOptions, type OverTimeOptions, overTime } from './over-time.ts'

/** A term that emits the figure of each item's values. Stateless. */
export function overKeys<State, Result>(
  owner: string,
  { keys }: OverKeysOptions,
  figure: Figure<State, Result>,
): KernelTerm<unknown, Result> {
  checkKeys(owner, keys)
  const f = (item: unknown): Result => {
    const state = figure.none()
    for (const value of valuesOf(owner, item, keys)) figure.add(state, value)
    return figure.result(state)
  }
  return kernelTerm(owner, { kind: 'map', f })
}

/** The term over time or over keys, as `over` says. @throws {InvalidOptionError} if it says neither. */
export function statistic<State, Result>(
  owner: string,
  options: OverTimeOptions | OverKeysOptions,
  figure: Figure<State, Result>,
): KernelTerm<unknown, unknown, unknown> {
  const over: unknown = options.over ?? 'time'
  if (over !== 'time' && over !== 'keys') {
    throw new InvalidOptionError(`over of ${owner}()`, over, '"time" or "keys"')
  }
  return options.over === 'keys'
    ? overKeys(owner, options, figure)
    : (overTime(owner, options, figure) as KernelTerm<unknown, unknown, unknown>)
}
