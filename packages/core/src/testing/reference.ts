/**
 * The reference interpreter: what a `GraphSpec` means, node by node on whole arrays. Shares no code with the engine.
 */

import type { GraphSpec, NodeSpec } from './spec.ts'
import { expanded, FALLBACK, isKept, isTroubled, mapped, stepped } from './values.ts'

/** What one node takes and gives in a run to the end. */
export interface ReferenceNode {
  /** Items or rows taken. */
  readonly taken: readonly unknown[]
  /** Items given; behind a merge one of several right orders. */
  readonly given: readonly unknown[]
  /** Items set aside. */
  readonly deadLettered: number
}

/** What a graph computes. */
export interface Reference {
  readonly nodes: readonly ReferenceNode[]
  /** Whether a run has to take and give exactly these numbers: no node can end its writers early, as takes and rows do. */
  readonly isExact: boolean
}

/**
 * Evaluates the spec. A merge concatenates its inputs.
 *
 * @example
 * ```ts
 * import { Choices, evaluateSpec, randomSpec } from 'millrace/testing'
 *
 * const simplest = randomSpec(new Choices([]))
 * console.log(simplest.nodes.map(({ op }) => op.kind), evaluateSpec(simplest).isExact) // [ 'source' ] true
 * ```
 */
export function evaluateSpec(spec: GraphSpec): Reference {
  const nodes: ReferenceNode[] = []
  let isExact = true
  /** Per node, whether each item of the sources gives exactly one: rows of such nodes leave nothing over. */
  const steady: boolean[] = []
  for (const node of spec.nodes) {
    const inputs = node.inputs.map((from) => (nodes[from] as ReferenceNode).given)
    const taken = takenBy(node, inputs)
    const isFed = node.inputs.every((from) => steady[from])
    const isRow = inputs.length > 1 && node.op.kind !== 'merge'
    if (node.op.kind === 'take') isExact = false
    if (isRow && !(isFed && inputs.every((items) => items.length === taken.length))) isExact = false
    const { sound, deadLettered } = soundOf(node, taken)
    nodes.push({ taken, given: givenBy(node, sound), deadLettered })
    const isSteady = ['source', 'map', 'scan', 'tap'].includes(node.op.kind) && deadLettered === 0
    steady.push(isFed && isSteady)
  }
  return { nodes, isExact }
}

/** The items that a node does not fail on for good, or falls back on, and how many others there are. */
function soundOf(
  { trouble }: NodeSpec,
  taken: readonly unknown[],
): { sound: readonly unknown[]; deadLettered: number } {
  if (trouble === undefined || trouble.calls > 0 || trouble.onError === 'fallback')
    return { sound: taken, deadLettered: 0 }
  const bad = taken.filter((item) => isTroubled(trouble.every, item))
  const sound = trouble.isLate ? taken : taken.filter((item) => !isTroubled(trouble.every, item))
  return { sound, deadLettered: bad.length }
}

function takenBy({ op, keys }: NodeSpec, inputs: readonly (readonly unknown[])[]): unknown[] {
  if (op.kind === 'merge') {
    return inputs.flatMap((items, at) =>
      op.tagged ? items.map((data) => ({ name: keys?.[at] ?? String(at), data })) : items,
    )
  }
  if (inputs.length < 2) return [...(inputs[0] ?? [])]
  const rows = Math.min(...inputs.map((items) => items.length))
  return Array.from({ length: rows }, (_, i) => {
    const row = inputs.map((items) => items[i])
    return keys === undefined ? row : Object.fromEntries(row.map((item, at) => [keys[at], item]))
  })
}

function givenBy(node: NodeSpec, taken: readonly unknown[]): readonly unknown[] {
  const { op, lifted, trouble } = node
  if (trouble !== undefined && trouble.calls === 0 && trouble.onError === 'fallback') {
    let state = 0
    return taken.flatMap((item): readonly unknown[] => {
      const isBad = isTroubled(trouble.every, item)
      const late = trouble.isLate || !isBad
      if (op.kind === 'scan') return isBad ? [FALLBACK] : [(state = stepped(state, item))]
      const rest = isBad ? [op.kind === 'filter' || op.kind === 'tap' ? item : FALLBACK] : []
      return late ? [...applied(op, [item]), ...rest] : rest
    })
  }
  if (lifted === true) {
    return (taken as readonly { name: string; data: unknown }[]).flatMap(({ name, data }) =>
      applied(op, [data]).map((item) => ({ name, data: item })),
    )
  }
  return applied(op, taken)
}

function applied(op: NodeSpec['op'], taken: readonly unknown[]): readonly unknown[] {
  switch (op.kind) {
    case 'source':
      return Array.from({ length: op.count }, (_, i) => op.start + i)
    case 'map':
      return taken.map((item) => mapped(op.by, item))
    case 'filter':
      return taken.filter((item) => isKept(op.by, item))
    case 'flatMap':
      return taken.flatMap((item) => expanded(op.by, item))
    case 'scan': {
      let state = 0
      return taken.map((item) => (state = stepped(state, item)))
    }
    case 'fold':
      return [taken.reduce(stepped, 0)]
    case 'take':
      return taken.slice(0, op.count)
    case 'tap':
    case 'merge':
      return taken
  }
}
