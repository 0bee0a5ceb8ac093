/** Checks of a graph as a whole: every input is fed, every cycle can start. Called by `compileGraph`. */

import { CycleWithoutSeedError, OpenInputError } from '../errors.ts'
import type { Graph, Node } from './graph.ts'

/**
 * @throws {OpenInputError} if a term that takes items gets none.
 * @throws {CycleWithoutSeedError} if a cycle can never start.
 */
export function checkGraph(graph: Graph): void {
  const open = graph.nodes.filter((node) => node.inputs.length === 0 && !isSource(node))
  if (open.length > 0) throw new OpenInputError(open.slice(0, 5).map((node) => `"${node.id}"`))
  for (const cycle of cyclesOf(graph)) {
    if (!cycle.some((node) => canStart(node, cycle))) throw new CycleWithoutSeedError(pathThrough(cycle))
  }
}

function isSource(node: Node): boolean {
  const { kind } = node.leaf.kernel()
  return kind === 'source' || kind === 'batches'
}

/** A term of a cycle gets it going if it can emit before it has read from all of its inputs. */
function canStart(node: Node, cycle: readonly Node[]): boolean {
  const { kind } = node.leaf.kernel()
  if (node.leaf.enter !== undefined || kind === 'stream') return true
  return kind === 'merge' && node.inputs.some(({ from }) => !cycle.includes(from))
}

/** The nodes of a cycle in the order of its edges, as far as one path goes. */
function pathThrough(cycle: readonly Node[]): string[] {
  const members = new Set(cycle)
  const path: Node[] = []
  for (let node = cycle[0]; node !== undefined && members.delete(node); ) {
    path.push(node)
    node = node.outputs.map(({ to }) => to).find((to) => members.has(to))
  }
  return path.map(({ id }) => id)
}

/**
 * The strongly connected components with an edge inside: the graph's cycles.
 *
 * R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1972, with an explicit stack.
 */
export function cyclesOf(graph: Graph): Node[][] {
  const order = new Map<Node, number>()
  const low = new Map<Node, number>()
  const onStack = new Set<Node>()
  const stack: Node[] = []
  const cycles: Node[][] = []
  for (const root of graph.nodes) {
    if (order.has(root)) continue
    const work: { readonly node: Node; next: number }[] = [{ node: root, next: 0 }]
    while (work.length > 0) {
      const frame = work[work.length - 1] as { readonly node: Node; next: number }
      const { node } = frame
      if (frame.next === 0 && !order.has(node)) {
        order.set(node, order.size)
        low.set(node, order.get(node) as number)
        stack.push(node)
        onStack.add(node)
      }
      const edge = node.outputs[frame.next++]
      if (edge !== undefined) {
        if (!order.has(edge.to)) work.push({ node: edge.to, next: 0 })
        else if (onStack.has(edge.to)) lower(low, node, order.get(edge.to) as number)
        continue
      }
      work.pop()
      const parent = work[work.length - 1]
      if (parent !== undefined) lower(low, parent.node, low.get(node) as number)
      if (low.get(node) === order.get(node)) {
        const component = stack.splice(stack.lastIndexOf(node))
        for (const member of component) onStack.delete(member)
        if (component.length > 1 || node.outputs.some(({ to }) => to === node)) cycles.push(component)
      }
    }
  }
  return cycles
}

function lower(low: Map<Node, number>, node: Node, value: number): void {
  low.set(node, Math.min(low.get(node) as number, value))
}
