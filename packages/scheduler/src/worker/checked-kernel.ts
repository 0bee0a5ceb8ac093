/**
 * Has a term fail in its own call if what it gives cannot be sent, so that its failure policy applies: the item is set
 * aside, or something else goes on in its place. Called where a worker builds its stages, for terms with a policy whose
 * results leave it; of others, the run fails when the results are packed.
 */

import type { Kernel } from '@millrace/core'
import {
  isAsyncIterable,
  isIterable,
  isPolicy,
  type Node,
  promiseOf,
  whyNotCarried,
} from '@millrace/core/engine'
import { OWN_WAY, refusal } from './refusal.ts'

/** Kernels that pass on what they are given, or nothing. */
const PASSING = ['filter', 'tap', 'take', 'merge']

/** Of a chain, the node that makes what leaves it. */
export function makerOf(nodes: readonly Node[]): Node {
  const maker = nodes.findLast(({ leaf }) => !PASSING.includes(leaf.kernel().kind))
  return maker ?? (nodes[nodes.length - 1] as Node)
}

/** The kernel, which throws for a result that cannot be sent if its node has a policy. */
export function checkedKernel(node: Node, kernel: Kernel, stopsOnFailure: boolean): Kernel {
  if (!stopsOnFailure && !isPolicy(node.policy)) return kernel
  switch (kernel.kind) {
    case 'map':
    case 'apply':
    case 'scan':
    case 'concurrent':
      return { ...kernel, f: checked(kernel.f as Call, checkedValue) } as Kernel
    case 'flatMap':
    case 'expand':
      return { ...kernel, f: checked(kernel.f as Call, checkedItems) } as Kernel
    default:
      return kernel
  }
}

type Call = (this: unknown, one: unknown, other: unknown) => unknown

function checked(f: Call, check: (value: unknown) => unknown): Call {
  return function (this: unknown, one, other) {
    const value = f.call(this, one, other)
    const promise = promiseOf(value)
    return promise === undefined ? check(value) : promise.then(check)
  }
}

function checkedValue(value: unknown): unknown {
  const why = whyNotCarried(value, OWN_WAY)
  if (why === undefined) return value
  throw refusal('result', why)
}

function checkedItems(items: unknown): unknown {
  if (Array.isArray(items)) return items.map(checkedValue)
  if (typeof items === 'string') return items
  if (isIterable(items)) return eachChecked(items)
  return isAsyncIterable(items) ? eachCheckedLater(items) : items
}

function* eachChecked(items: Iterable<unknown>): Iterable<unknown> {
  for (const item of items) yield checkedValue(item)
}

async function* eachCheckedLater(items: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const item of items) yield checkedValue(item)
}
