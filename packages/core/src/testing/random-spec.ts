/** `randomSpec`: graphs by chance, for the law tests. Choosing 0 throughout gives the simplest graph. */

import type { Chooser } from './random.ts'
import {
  FILTER_FORMS,
  FLAT_MAP_FORMS,
  FOLD_FORMS,
  type GraphSpec,
  MAP_FORMS,
  type NodeSpec,
  type Op,
  SCAN_FORMS,
  SOURCE_FORMS,
  TAP_FORMS,
} from './spec.ts'

/** What `randomSpec` may use. */
export interface SpecLimits {
  /** Function nodes at most. Default 8. */
  readonly nodes?: number
  /** Items of a source at most. Default 8,000; most sources have far fewer. */
  readonly items?: number
  /** Leaves out what ends its writers early. Default false. */
  readonly exact?: boolean
  /** Lets some nodes fail, with a policy that keeps the run going. Default false. */
  readonly troubled?: boolean
}

/**
 * A random acyclic graph of sources, functions, rows and branches, every open end collected or left open.
 *
 * @example
 * ```ts
 * import { Random, randomSpec } from 'millrace/testing'
 *
 * const [one, same] = [randomSpec(new Random(7)), randomSpec(new Random(7))]
 * console.log(JSON.stringify(one) === JSON.stringify(same)) // true
 * ```
 */
export function randomSpec(choose: Chooser, limits: SpecLimits = {}): GraphSpec {
  const nodes: NodeSpec[] = []
  const sources = 1 + choose.below(2)
  for (let i = 0; i < sources; i++) nodes.push(node(choose, sourceOp(choose, limits), []))
  const functions = choose.below((limits.nodes ?? 8) + 1)
  for (let i = 0; i < functions; i++) nodes.push(functionNode(choose, nodes, limits))
  return { nodes: nodes.map((each, at) => withSink(choose, each, nodes, at)) }
}

/**
 * A random graph as of {@link randomSpec}, some nodes of it merged, and a chain of stateless nodes behind.
 *
 * @example
 * ```ts
 * import { Random, randomMergeSpec } from 'millrace/testing'
 *
 * const { nodes } = randomMergeSpec(new Random(7))
 * console.log(nodes.some(({ op }) => op.kind === 'merge')) // true
 * ```
 */
export function randomMergeSpec(choose: Chooser, limits: SpecLimits = {}): GraphSpec {
  const nodes: NodeSpec[] = [...randomSpec(choose, limits).nodes]
  const upstream = nodes.length
  const tagged = choose.below(3) !== 2
  const inputs = Array.from({ length: 2 + choose.below(3) }, () => upstream - 1 - choose.below(upstream))
  nodes.push({
    ...node(choose, { kind: 'merge', tagged }, inputs),
    keys: inputs.map((_, i) => `m${i}`),
  })
  for (let i = choose.below(4); i > 0; i--) {
    const op = statelessOp(choose)
    nodes.push({ ...node(choose, op, [nodes.length - 1]), lifted: tagged })
  }
  const last = nodes.pop() as NodeSpec
  return { nodes: [...nodes, { ...last, sink: 'sync' }] }
}

function node(choose: Chooser, op: Op, inputs: readonly number[]): NodeSpec {
  const capacityItems = choose.below(6) === 5 ? 1 + choose.below(5) : undefined
  return { op, inputs, keys: undefined, sink: 'none', capacityItems }
}

function functionNode(choose: Chooser, nodes: readonly NodeSpec[], limits: SpecLimits): NodeSpec {
  const newest = nodes.length - 1
  const count = choose.below(4) === 3 ? 2 + choose.below(3) : 1
  const inputs = Array.from({ length: count }, () => newest - choose.below(Math.min(nodes.length, 6)))
  const made = withTrouble(choose, node(choose, functionOp(choose, count > 1, limits), inputs), limits)
  if (count === 1) return made
  return { ...made, keys: [undefined, inputs.map((_, i) => `k${i}`), nestedKeys(inputs)][choose.below(3)] }
}

function withTrouble(choose: Chooser, made: NodeSpec, { troubled = false }: SpecLimits): NodeSpec {
  if (!troubled || choose.below(2) === 0) return made
  const { op } = made
  if (!('form' in op) || op.form === 'stream') return made
  const isGenerator = op.kind === 'flatMap' && (op.form === 'generator' || op.form === 'asyncGenerator')
  const calls = choose.below(3)
  const trouble = {
    every: 1 + choose.below(5),
    calls,
    isLate: isGenerator && calls === 0 && choose.below(2) === 1,
    onError: op.kind !== 'fold' && choose.below(2) === 1 ? ('fallback' as const) : ('skip' as const),
  }
  return { ...made, trouble }
}

/** Keys that a parallel within a parallel gives. */
function nestedKeys(inputs: readonly number[]): string[] {
  return inputs.map((_, i) => (i === 0 ? 'k' : `n.k${i}`))
}

function sourceOp(choose: Chooser, limits: SpecLimits): Op {
  const { items = 8000 } = limits
  const count = choose.below(10) === 9 ? Math.ceil(items / 2) + choose.below(items / 2) : choose.below(40)
  return {
    kind: 'source',
    count: Math.min(count, items),
    start: choose.below(100),
    form: oneOf(choose, SOURCE_FORMS),
  }
}

function functionOp(choose: Chooser, isRow: boolean, { exact = false }: SpecLimits): Op {
  const op = choose.below(9) < 5 ? statelessOp(choose) : statefulOp(choose, exact)
  // a stream term reads its inputs apart: it never sees rows
  return isRow && 'form' in op && op.form === 'stream' ? { kind: 'tap', form: 'tap' } : op
}

function statelessOp(choose: Chooser): Op {
  switch (choose.below(3)) {
    case 0:
      return { kind: 'map', by: choose.below(5), form: oneOf(choose, MAP_FORMS) }
    case 1:
      return { kind: 'filter', by: choose.below(5), form: oneOf(choose, FILTER_FORMS) }
    default:
      return { kind: 'flatMap', by: 1 + choose.below(3), form: oneOf(choose, FLAT_MAP_FORMS) }
  }
}

function statefulOp(choose: Chooser, exact: boolean): Op {
  switch (choose.below(exact ? 3 : 4)) {
    case 0:
      return { kind: 'tap', form: oneOf(choose, TAP_FORMS) }
    case 1:
      return { kind: 'scan', form: oneOf(choose, SCAN_FORMS) }
    case 2:
      return { kind: 'fold', form: oneOf(choose, FOLD_FORMS) }
    default:
      return { kind: 'take', count: choose.below(12) }
  }
}

function withSink(choose: Chooser, each: NodeSpec, nodes: readonly NodeSpec[], at: number): NodeSpec {
  const isRead = nodes.some(({ inputs }) => inputs.includes(at))
  const isOpen = choose.below(4) === 3
  if (isRead === isOpen) return { ...each, sink: choose.below(4) === 3 ? 'async' : 'sync' }
  return each
}

function oneOf<T>(choose: Chooser, forms: readonly T[]): T {
  return forms[choose.below(forms.length)] as T
}
