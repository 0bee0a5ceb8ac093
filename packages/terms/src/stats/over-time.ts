/** `overTime`: one running figure per key of the records, or one for a stream of plain numbers. Internal. */

import { BadInputError, type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkWhole } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'
import { checkKeys, columnsOf, numberAt, ONLY } from './columns.ts'

/** Options of the running statistics: {@link sum}, {@link mean}, {@link std}, {@link stdHull}. */
export interface OverTimeOptions {
  /** `time`: over the items so far, each key by itself. That is the default. */
  readonly over?: 'time'
  /** The keys of the records to go by, which must be there; the others are left out. Default: all. */
  readonly keys?: readonly string[]
  /** Different keys at most. Default 1,024. One more is an error. */
  readonly maxKeys?: number
}

/** Options of the statistics across the keys of each item. */
export interface OverKeysOptions {
  /** `keys`: over the values of one item, each item by itself. */
  readonly over: 'keys'
  /** The keys of the records to go by, which must be there. Default: all. Lists are taken whole. */
  readonly keys?: readonly string[]
}

/** What a figure needs to know, brought up to date with each value. */
export interface Figure<State, Result> {
  /** The state before the first value. */
  none(): State
  /** Takes one value, in place. */
  add(state: State, value: number): unknown
  /** What the state says. */
  result(state: State): Result
}

/** The states by key; a stream of plain numbers has one, without a name. */
export type FigureStates<State> = Map<string, State>

/** A term that emits the figures of all keys so far after each item. */
export function overTime<State, Result>(
  owner: string,
  { keys, maxKeys = 1024 }: OverTimeOptions,
  figure: Figure<State, Result>,
): KernelTerm<unknown, unknown, FigureStates<State>> {
  checkKeys(owner, keys)
  checkWhole(`maxKeys of ${owner}()`, maxKeys, 1)
  const add = (states: FigureStates<State>, key: string, value: number): State => {
    let state = states.get(key)
    if (state === undefined) {
      if (states.size >= maxKeys) throw tooMany(owner, maxKeys)
      state = figure.none()
      states.set(key, state)
    }
    figure.add(state, value)
    return state
  }
  const f = (item: unknown, ctx: Context<FigureStates<State>>): unknown => {
    const states = ctx.state
    if (!isPlainRecord(item)) return figure.result(add(states, ONLY, numberAt(owner, item, ONLY)))
    for (const [key, value] of columnsOf(owner, item, keys)) add(states, key, value)
    return Object.fromEntries(Array.from(states, ([key, state]) => [key, figure.result(state)]))
  }
  return kernelTerm<unknown, unknown, FigureStates<State>>(
    owner,
    { kind: 'apply', self: {}, f },
    { initialState: () => new Map() },
  )
}

function tooMany(owner: string, maxKeys: number): BadInputError {
  return new BadInputError(
    `${owner}() has seen ${maxKeys} different keys, and here is another. Name the keys with keys, or raise maxKeys.`,
  )
}
