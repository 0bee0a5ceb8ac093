/** `makeNode`: the one place where nodes come from. Called by `build.ts`, and by whoever adds nodes to a graph. */

import type { AnyLeaf, Node } from './graph.ts'

/** A node without edges, which does as its term says. */
export function makeNode(
  index: number,
  id: string,
  leaf: AnyLeaf,
  { rows, positional }: Pick<Node, 'rows' | 'positional'> = { rows: false, positional: false },
): Node {
  const { isLocal, hostLabel: label, failurePolicy: policy } = leaf
  return { index, id, leaf, inputs: [], outputs: [], rows, positional, isLocal, label, policy }
}
