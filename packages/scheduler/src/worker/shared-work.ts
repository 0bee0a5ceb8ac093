/**
 * What stands in for the function of a term whose work is shared out: a source opens splits, a term with a state folds
 * its items into a partial. Called by `RegionRunner`.
 */

import { type Combiner, type Kernel, kernelTerm } from '@millrace/core'
import type { Edge, FusedStage, Node, NodeRecord } from '@millrace/core/engine'

type AnyCombiner = Combiner<unknown, unknown, unknown>

/** A source's node with a term that opens splits: the source itself is entered, and exits, where its splits come from. */
export function splitOpener(node: Node): Node {
  const { leaf } = node
  const f = leaf.openSplit as (split: never, ctx: never) => unknown
  return { ...node, leaf: kernelTerm(leaf.name, { kind: 'expand', self: leaf, f }) }
}

/** The kernel of a node in a region: its own, unless it folds its items into partials. */
export function sharedKernelOf({ leaf }: Node, isTail: boolean): Kernel {
  const combiner = isTail ? (leaf.combiner?.() as AnyCombiner | undefined) : undefined
  if (combiner === undefined) return leaf.kernel()
  return { kind: 'fold', f: (partial: unknown, item: unknown) => combiner.add(partial, item) }
}

/** The stage that ends in a fold, and the way out for its partials. */
export class TailFold {
  /** Of the term that folds. */
  readonly ctx: FusedStage['contexts'][number]
  readonly #record: NodeRecord
  readonly #exit: Edge
  readonly #combiner: AnyCombiner
  /** Whether its own function gives several items for one: its inputs then count as giving none. */
  readonly #expands: boolean
  #flushed = 0

  constructor({ plan, contexts, records }: FusedStage, exit: Edge) {
    const last = plan.nodes.length - 1
    const { leaf } = plan.nodes[last] as Node
    this.ctx = contexts[last] as TailFold['ctx']
    this.#record = records[last] as NodeRecord
    this.#exit = exit
    this.#combiner = leaf.combiner?.() as AnyCombiner
    const { kind } = leaf.kernel()
    this.#expands = kind === 'expand' || kind === 'flatMap'
  }

  /** Begins a partial. */
  begin(): void {
    this.ctx.state = this.#combiner.begin()
  }

  /** The batch is over: its partial leaves. A batch that gave the term no item has none. */
  flush(): void {
    if (this.#record.in === this.#flushed) return
    this.#flushed = this.#record.in
    this.#exit.push({ items: [this.ctx.state], from: 0, to: 1, times: undefined, itemBytes: 0 })
    this.begin()
  }

  /** Books the items that were folded, as the term's own function would have. */
  book(): void {
    if (this.#expands) this.#record.empty = this.#record.in - this.#record.failed
  }
}
