/** Checks that every term can keep its failure policy. Called by `compileGraph`, and where stages are made. */

import type { Kernel } from '../contracts.ts'
import { PolicyRefusedError, TimeoutUnenforceableError } from '../errors.ts'
import type { FailurePolicy } from '../failure.ts'
import { checkFailurePolicy, isPolicy, onErrorOf } from '../term/check-policy.ts'
import { isAsyncFunction } from '../term/leaf.ts'
import type { Node } from './graph.ts'

/** @throws {PolicyRefusedError} for the first term that cannot keep its policy, with the reason. */
export function checkPolicies(nodes: readonly Node[]): void {
  for (const { id, leaf, policy } of nodes) {
    if (!isPolicy(policy)) continue
    checkFailurePolicy(policy, `The failure policy of ${id}`)
    const refused = refusalOf(leaf.kernel(), policy)
    if (refused !== undefined) throw new PolicyRefusedError(id, ...refused)
  }
}

/** Whether a term of this kind can fail on single items, so that a policy says something. */
export function mayFailOnItems({ kind }: Kernel): boolean {
  return kind !== 'source' && kind !== 'batches' && kind !== 'stream' && kind !== 'take' && kind !== 'merge'
}

/** The option that cannot be kept, and why; `undefined` if all can. */
function refusalOf(
  kernel: Kernel,
  policy: FailurePolicy<never, unknown>,
): readonly [option: string, why: string] | undefined {
  const [option = 'onError'] = Object.keys(policy).filter((key) => key !== 'onError')
  if (!mayFailOnItems(kernel) && (onErrorOf(policy) !== 'fail' || option !== 'onError')) {
    return [option, WHY_NOT[kernel.kind] as string]
  }
  if (policy.circuit !== undefined && onErrorOf(policy) === 'fail') {
    return ['circuit', 'with onError "fail" the first failure ends the run. Choose skip or fallback']
  }
  if (onErrorOf(policy) !== 'fallback') return undefined
  if (kernel.kind === 'fold') {
    return ['fallback', 'a fold gives a state, which an item that fails leaves as it was. Choose skip']
  }
  if ((kernel.kind === 'tap' || kernel.kind === 'sink') && typeof policy.fallback !== 'function') {
    return [
      'fallback',
      'it gives no result that a value could replace. Give a function that acts in its place',
    ]
  }
  return undefined
}

const CANNOT_FAIL = 'it calls no function, so no item can fail in it'
const WHY_NOT: Partial<Record<Kernel['kind'], string>> = {
  source: 'a source that fails has no item to skip or to go on from. Open it again with retrySource()',
  batches: 'a source that fails has no item to skip or to go on from. Open it again with retrySource()',
  stream: 'a term that reads its inputs by itself cannot be sent past an item. Catch the error in its run()',
  take: CANNOT_FAIL,
  merge: CANNOT_FAIL,
}

/**
 * For terms that run where nothing can interrupt a function: on the caller's thread.
 *
 * @throws {TimeoutUnenforceableError} for the first time limit on a function that is not declared async.
 */
export function checkTimeouts(nodes: readonly Node[]): void {
  for (const node of nodes) {
    if (!isEnforceable(node)) throw new TimeoutUnenforceableError(node.id, node.policy.timeoutMs as number)
  }
}

/** Whether the term has no time limit, or one that holds without ending the thread that calls it. */
export function isEnforceable({ leaf, policy }: Node): boolean {
  if (policy.timeoutMs === undefined) return true
  const kernel = leaf.kernel()
  return kernel.kind === 'concurrent' || ('f' in kernel && isAsyncFunction(kernel.f))
}
