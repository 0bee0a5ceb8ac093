/** Checks of aggregates that users write: when a term takes one, and when its functions are called. */

import { BadInputError, checkSyncFunction, InvalidOptionError } from '@millrace/core'
import { isRefusedPromise } from '@millrace/core/engine'
import type { Aggregate } from './contract.ts'

/** Aggregates of this package: what their functions give is no promise, since they check what they call. */
const own = new WeakSet<object>()

/** Marks an aggregate of this package, whose functions need no check for each item. */
export function ownAggregate<Own extends object>(aggregate: Own): Own {
  own.add(aggregate)
  return aggregate
}

/**
 * `value`, checked now, and what its functions give when they are called: a promise would be taken for a state or a value.
 *
 * @throws {InvalidOptionError} if it lacks one of the four functions, or one is declared async.
 */
export function checkedAggregate<In, Out, State>(
  owner: string,
  value: Aggregate<In, Out, State>,
): Aggregate<In, Out, State> {
  const functions = (value ?? {}) as unknown as Readonly<Record<string, unknown>>
  for (const part of ['init', 'add', 'merge', 'result'] as const) {
    if (typeof functions[part] !== 'function') {
      throw new InvalidOptionError(
        `The aggregate of ${owner}()`,
        value,
        'an aggregate such as countOf(), or an object with init, add, merge and result',
      )
    }
    checkSyncFunction(`${part}() of the aggregate of ${owner}`, functions[part])
  }
  if (own.has(value)) return value
  const settled = <Given>(part: string, given: Given): Given => {
    if (!isRefusedPromise(given)) return given
    throw new BadInputError(
      `${part}() of the aggregate of ${owner}() must be synchronous, but gave a promise. Await in a map() before it.`,
    )
  }
  return ownAggregate({
    mergesExactly: value.mergesExactly === true,
    init: () => settled('init', value.init()),
    add: (state, item) => settled('add', value.add(state, item)),
    merge: (into, other) => settled('merge', value.merge(into, other)),
    result: (state) => settled('result', value.result(state)),
  })
}
