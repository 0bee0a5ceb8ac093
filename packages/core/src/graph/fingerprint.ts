/**
 * A graph's fingerprint: what two builds of one graph must agree in. Used to check builders, and by workers to
 * check that they built the graph that the caller means.
 */

import type { Graph, Node } from './graph.ts'

/**
 * One line per node: its id, kernel and inputs, and `withFunctions` a hash of its function's text. Equal lines mean
 * the same graph. Between threads texts cannot be compared: each may have loaded TypeScript in its own way.
 */
export function fingerprint(graph: Graph, withFunctions = true): string[] {
  return graph.nodes.map((node) => describeNode(node, withFunctions))
}

function describeNode(node: Node, withFunctions: boolean): string {
  const kernel = node.leaf.kernel()
  const f = 'f' in kernel ? kernel.f : 'run' in kernel ? kernel.run : undefined
  const inputs = node.inputs.map(({ from, output, input }) => `${input}=${from.id}.${output}`).join(' ')
  return `"${node.id}" ${kernel.kind}(${f === undefined || !withFunctions ? '' : hash(String(f))}) <- ${inputs || 'nothing'}`
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo), as eight hexadecimal digits. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** The first pair of lines in which two fingerprints differ; `undefined` if they are equal. */
export function firstDifference(a: readonly string[], b: readonly string[]): [string, string] | undefined {
  const length = Math.max(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return [a[i] ?? 'no further node', b[i] ?? 'no further node']
  }
  return undefined
}
