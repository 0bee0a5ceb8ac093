/** How a region names its output ports: by the node, since its nodes' own names of ports are not unique. */

import type { Node } from '../graph/graph.ts'

/** The name of a region's output port. */
export function regionPort(node: Node, output: string): string {
  return `${node.index} ${output}`
}

/** Index of the node and name of the port in the name of a region's port. */
export function readRegionPort(port: string): { readonly node: number; readonly output: string } {
  const at = port.indexOf(' ')
  return { node: Number(port.slice(0, at)), output: port.slice(at + 1) }
}
