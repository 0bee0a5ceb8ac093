/** `termOfSpec`: the term that a `GraphSpec` describes, built on the public term API. */

import { parallel } from '../compose/parallel.ts'
import type { Context } from '../contracts.ts'
import type { Leaf } from '../term/leaf.ts'
import { SinkTerm } from '../term/sink-term.ts'
import type { Term } from '../term/term.ts'
import type { Chooser } from './random.ts'
import type { GraphSpec, NodeSpec } from './spec.ts'
import { leafOf } from './spec-leaf.ts'

type Part = Term<never, unknown>
type AnyLeaf = Leaf<never, unknown>

/** A spec's term, and its sinks by node index. */
export interface SpecTerm {
  readonly term: Term<never, unknown>
  readonly leaves: readonly AnyLeaf[]
  readonly sinks: ReadonlyMap<number, SpecSink>
}

/** Collects what a node gives; its result is the array. */
export class SpecSink extends SinkTerm<unknown, unknown[], unknown[]> {
  readonly isAsync: boolean

  constructor(isAsync: boolean) {
    super()
    this.isAsync = isAsync
  }

  override initialState(): unknown[] {
    return []
  }

  override write(item: unknown, ctx: Context<unknown[]>): void | Promise<void> {
    ctx.state.push(item)
    return this.isAsync && ctx.state.length % 3 === 0 ? Promise.resolve() : undefined
  }

  override result(ctx: Context<unknown[]>): unknown[] {
    return ctx.state
  }
}

/**
 * Builds the term. With `choose`, it is composed in a random one of many equal ways: as one expression whose
 * parts are shared, or as a list of small pieces in any order that mention the same leaves.
 *
 * @example
 * ```ts
 * import { deepEqual } from 'node:assert/strict'
 * import { run } from 'millrace'
 * import { evaluateSpec, Random, randomSpec, termOfSpec } from 'millrace/testing'
 *
 * const spec = randomSpec(new Random(1))
 * const { term, sinks } = termOfSpec(spec)
 * const summary = await run(term).done
 * for (const [node, sink] of sinks) {
 *   deepEqual(summary.result(sink), evaluateSpec(spec).nodes[node]?.given)
 * }
 * ```
 */
export function termOfSpec(spec: GraphSpec, choose?: Chooser): SpecTerm {
  const leaves = spec.nodes.map((node, at) => leafOf(node, at))
  const sinks = new Map<number, SpecSink>()
  const parts: Part[] = []
  const isPieces = choose !== undefined && choose.below(2) === 1
  const whole: Part[] = []
  spec.nodes.forEach((node, at) => {
    const leaf = leaves[at] as AnyLeaf
    const inputs = node.inputs.map((from) => (isPieces ? leaves[from] : whole[from]) as Part)
    const part =
      inputs.length === 0 ? leaf : rowOf(node, inputs, choose).pipe(leaf as unknown as Term<unknown, unknown>)
    whole.push(part)
    if (isPieces) parts.push(part)
    if (node.sink !== 'none') {
      const sink = new SpecSink(node.sink === 'async').named(`sink${at}`)
      sinks.set(at, sink)
      parts.push((isPieces ? leaf : part).pipe(sink as Term<unknown, never>))
    } else if (!spec.nodes.some((other) => other.inputs.includes(at))) parts.push(part)
  })
  return { term: parallel(...(isPieces ? shuffled(parts, choose) : parts)), leaves, sinks }
}

function rowOf({ keys }: NodeSpec, inputs: readonly Part[], choose: Chooser | undefined): Part {
  if (inputs.length === 1) return inputs[0] as Part
  if (keys === undefined) return tupleOf(inputs, choose)
  const branches: Record<string, Part> = {}
  const nested: Record<string, Part> = {}
  keys.forEach((key, at) => {
    const [outer, inner] = key.split('.')
    if (inner === undefined) branches[outer as string] = inputs[at] as Part
    else nested[inner] = inputs[at] as Part
  })
  const names = Object.keys(nested)
  if (names.length === 1)
    return parallel({ ...branches, [`n.${names[0]}`]: nested[names[0] as string] as Part })
  return parallel(names.length === 0 ? branches : { ...branches, n: parallel(nested) })
}

/** `(a | b) | c`, `a | (b | c)` or `a | b | c`. */
function tupleOf(inputs: readonly Part[], choose: Chooser | undefined): Part {
  const cut = choose === undefined ? 0 : choose.below(inputs.length)
  if (cut === 0) return parallel(...inputs)
  return parallel(parallel(...inputs.slice(0, cut)), parallel(...inputs.slice(cut)))
}

function shuffled(parts: readonly Part[], choose: Chooser): Part[] {
  const rest = [...parts]
  return parts.map(() => rest.splice(choose.below(rest.length), 1)[0] as Part)
}
