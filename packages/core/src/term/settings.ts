/** `TermSettings`: what the methods of a term say, said where it is made, so that the types of its function are inferred. */

import type { EdgeOptions } from '../contracts.ts'
import { InvalidOptionError } from '../errors.ts'
import type { FailurePolicy } from '../failure.ts'
import { checkOptions } from './check-options.ts'
import type { Substitute } from './leaf.ts'

/**
 * Settings of a term that is made of a function, as its last argument. They say what the methods say; but behind a method
 * call TypeScript does not know any more what comes into the term: `pipe(map((row) => row.price, { name: 'price' }))` infers
 * the type of `row`, `pipe(map((row) => row.price).named('price'))` cannot.
 */
export interface TermSettings<in In, out Out> {
  /** As `named()`. Default: the name of the function that made the term. */
  readonly name?: string
  /** As `edge()`. Default: the bounds of the run. */
  readonly edge?: EdgeOptions
  /** As `onFailure()`. Default: the first failure ends the run. */
  readonly onFailure?: FailurePolicy<In, Substitute<Out>>
  /** As `local()`. Default false. */
  readonly local?: boolean
  /** As `on()`. Default: any host. */
  readonly on?: string
}

/** The names of all settings, for `checkOptions` of terms that have options beside them. */
export const settingNames = { name: true, edge: true, onFailure: true, local: true, on: true } as const

/** What has the methods that settings stand for. */
interface Settable<In, Out> {
  named(name: string): unknown
  edge(options: EdgeOptions): unknown
  onFailure(policy: FailurePolicy<In, Substitute<Out>>): unknown
  local(): unknown
  on(label: string): unknown
}

/**
 * Applies settings to the term that `owner` has just made, and returns it.
 *
 * @throws {InvalidOptionError} for settings that are none, as the methods do.
 * @example
 * ```ts
 * import { kernelTerm, type TermSettings, withSettings } from 'millrace'
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * function half(settings?: TermSettings<number, number>) {
 *   return withSettings('half', kernelTerm<number, number>('half', { kind: 'map', f: (n) => n / 2 }), settings)
 * }
 * const small = half({ name: 'small', edge: { capacityItems: 8 } })
 * console.log(small.name, await toArray(fromIterable([4, 6]).pipe(small))) // small [ 2, 3 ]
 * ```
 */
export function withSettings<In, Out, T extends Settable<In, Out>>(
  owner: string,
  term: T,
  settings: TermSettings<In, Out> | undefined,
): T {
  if (settings === undefined) return term
  checkOptions(owner, settings, settingNames)
  const { name, edge, onFailure, local, on } = settings
  if (name !== undefined) term.named(name)
  if (edge !== undefined) term.edge(edge)
  if (onFailure !== undefined) term.onFailure(onFailure)
  if (on !== undefined) term.on(on)
  if (local !== undefined && typeof local !== 'boolean')
    throw new InvalidOptionError(`local of ${owner}()`, local, 'true or false')
  if (local === true) term.local()
  return term
}
