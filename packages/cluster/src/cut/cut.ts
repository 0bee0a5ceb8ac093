/**
 * `cutGraph`: a graph into the tasks that run on hosts. Every node is in one task; an edge between two tasks has one writer
 * and one reader.
 *
 * Cut are: what a term like `keyBy` shares out; what a merge joins, in time order as well; the way to terms that belong to
 * the command that started the run, or to hosts with a label. Nothing behind a cut shares a task with what is before it, so tasks form no cycle, and credit no deadlock.
 */

import { type Graph, type GraphEdge, type Node, OUT } from '@millrace/core'
import { cyclesOf, makeNode } from '@millrace/core/engine'
import { CALLER } from '../protocol/assign.ts'
import type { TaskShape } from '../protocol/work.ts'
import { checkDistributable } from './refuse.ts'

/** An edge between two tasks. */
export interface CutEdge {
  readonly name: string
  readonly edge: GraphEdge
}

/** A task and its part of the graph. */
export interface TaskPlan extends TaskShape {
  /** In the order of the graph. */
  readonly nodes: readonly Node[]
  readonly reads: readonly CutEdge[]
  readonly writes: readonly CutEdge[]
  /** The edge on which it sends what it sets aside, if its terms may set anything aside. */
  readonly letters?: string
  /** It takes the dead letters of the other tasks, and has no nodes. */
  readonly takesLetters?: true
  /** Open outputs of the graph that its nodes write. */
  readonly opens?: readonly OpenEdge[]
  /** It takes what an open output of the graph gives, and has no nodes. The output's name. */
  readonly takesOutput?: string
}

/** An edge from an open output of the graph to the command or program that started the run. */
export interface OpenEdge {
  readonly name: string
  readonly node: Node
  readonly output: string
  /** What the graph calls the output. */
  readonly outputName: string
}

/** @throws {NotDistributableError} naming each term that cannot run here, and why. */
export function cutGraph(graph: Graph): TaskPlan[] {
  const loops = new Map<Node, number>()
  cyclesOf(graph).forEach((nodes, at) => {
    for (const node of nodes) loops.set(node, at)
  })
  const isLoop = ({ from, to }: GraphEdge): boolean =>
    loops.get(from) !== undefined && loops.get(from) === loops.get(to)
  checkDistributable(graph, isLoop)
  const gathering = new Set(graph.nodes.filter((node) => node.leaf.gathers === true && hasOwnSources(node)))
  const isExchange = (edge: GraphEdge): boolean =>
    !isLoop(edge) &&
    (edge.from.leaf.sharesOut === true || edge.to.leaf.kernel().kind === 'merge' || gathering.has(edge.to))
  const homes = homesOf(graph, isExchange, loops)
  const isCut = (edge: GraphEdge): boolean => isExchange(edge) || homes.get(edge.from) !== homes.get(edge.to)
  const levels = levelsOf(graph, isCut, loops)
  const groups = groupsOf(graph, (edge) => !isCut(edge) && levels.get(edge.from) === levels.get(edge.to))
  return withLetters(withOutputs(plansOf(graph, groups, homes), graph))
}

/** Adds a task for each open output, which the command or program that started the run keeps. */
function withOutputs(plans: readonly TaskPlan[], graph: Graph): readonly TaskPlan[] {
  const first = plans.reduce((sum, { writes }) => sum + writes.length, 0)
  const open = graph.outputs.map(
    ({ name, node, output }, at): OpenEdge => ({ name: `e${first + at}`, node, output, outputName: name }),
  )
  const writing = plans.map((plan): TaskPlan => {
    const opens = open.filter(({ node }) => plan.nodes.includes(node))
    if (opens.length === 0) return plan
    return { ...plan, opens, outputs: [...plan.outputs, ...opens.map(({ name }) => name)] }
  })
  const reading = open.map(({ name, outputName }, at): TaskPlan => {
    const none = { nodes: [], reads: [], writes: [], outputs: [] }
    return { name: `t${plans.length + at}`, label: CALLER, inputs: [name], takesOutput: outputName, ...none }
  })
  return [...writing, ...reading]
}

/** Adds a task for dead letters, which the command that started the run keeps, if there may be any. */
function withLetters(plans: readonly TaskPlan[]): TaskPlan[] {
  let edges = plans.reduce((sum, { outputs }) => sum + outputs.length, 0)
  const writing = plans.map((plan): TaskPlan => {
    // whatever the policy, an item is set aside where it says so alone
    if (!plan.nodes.some(({ policy }) => policy.onError === 'skip')) return plan
    const letters = `e${edges++}`
    return { ...plan, letters, outputs: [...plan.outputs, letters] }
  })
  const inputs = writing.flatMap(({ letters }) => letters ?? [])
  if (inputs.length === 0) return writing
  const name = `t${plans.length}`
  const none = { nodes: [], reads: [], writes: [], outputs: [] }
  return [...writing, { name, label: CALLER, inputs, takesLetters: true, ...none }]
}

/**
 * Whether no two inputs of a node come from one term. Where they do, one of them might wait for the other with its credit
 * used up: such branches stay together.
 */
function hasOwnSources(node: Node): boolean {
  const seen = new Set<Node>()
  return node.inputs.every((edge) => {
    const before = new Set<Node>([edge.from])
    for (const one of before) for (const { from } of one.inputs) before.add(from)
    const isOwn = [...before].every((one) => !seen.has(one))
    for (const one of before) seen.add(one)
    return isOwn
  })
}

/**
 * Where nodes belong: what is bound to a label, to hosts that carry it; terms that are pinned, and other sinks that are in no
 * partition, to the command that started the run.
 */
function homesOf(
  graph: Graph,
  isExchange: (edge: GraphEdge) => boolean,
  loops: ReadonlyMap<Node, number>,
): Map<Node, string | undefined> {
  const shared = new Set<Node>()
  for (const { from, to } of graph.edges) if (from.leaf.sharesOut === true) shared.add(to)
  for (const node of shared) for (const edge of node.outputs) if (!isExchange(edge)) shared.add(edge.to)
  const homes = new Map<Node, string | undefined>()
  const loopHomes = new Map<number | undefined, string>()
  for (const node of graph.nodes) {
    const isCallers = node.isLocal || (node.leaf.kernel().kind === 'sink' && !shared.has(node))
    const home = node.label ?? (isCallers ? CALLER : undefined)
    homes.set(node, home)
    if (home !== undefined) loopHomes.set(loops.get(node), home)
  }
  for (const [node, loop] of loops) homes.set(node, loopHomes.get(loop))
  return homes
}

/** How many cuts lie before each node, at most. All nodes of a cycle have the same. */
function levelsOf(
  graph: Graph,
  isCut: (edge: GraphEdge) => boolean,
  loops: ReadonlyMap<Node, number>,
): Map<Node, number> {
  const levels = new Map<Node, number>(graph.nodes.map((node) => [node, 0]))
  const work = [...graph.nodes]
  for (let node = work.shift(); node !== undefined; node = work.shift()) {
    const level = levels.get(node) as number
    const raise = (to: Node, least: number): void => {
      if ((levels.get(to) as number) >= least) return
      levels.set(to, least)
      work.push(to)
    }
    for (const edge of node.outputs) raise(edge.to, level + (isCut(edge) ? 1 : 0))
    const loop = loops.get(node)
    if (loop !== undefined) for (const [other, of] of loops) if (of === loop) raise(other, level)
  }
  return levels
}

/** Nodes by the group that kept edges connect them to. */
function groupsOf(graph: Graph, isKept: (edge: GraphEdge) => boolean): Map<Node, Node> {
  const parents = new Map<Node, Node>(graph.nodes.map((node) => [node, node]))
  const rootOf = (node: Node): Node => {
    let root = node
    for (let next = parents.get(root) as Node; next !== root; next = parents.get(root) as Node) root = next
    return root
  }
  for (const edge of graph.edges) {
    if (!isKept(edge)) continue
    const [a, b] = [rootOf(edge.from), rootOf(edge.to)]
    if (a.index < b.index) parents.set(b, a)
    else parents.set(a, b)
  }
  return new Map(graph.nodes.map((node) => [node, rootOf(node)]))
}

function plansOf(
  graph: Graph,
  groups: ReadonlyMap<Node, Node>,
  homes: ReadonlyMap<Node, string | undefined>,
): TaskPlan[] {
  const cuts: CutEdge[] = graph.edges
    .filter(({ from, to }) => groups.get(from) !== groups.get(to))
    .map((edge, at) => ({ name: `e${at}`, edge }))
  const roots = graph.nodes.filter((node) => groups.get(node) === node)
  return roots.map((root, at) => {
    const reads = cuts.filter(({ edge }) => groups.get(edge.to) === root)
    const writes = cuts.filter(({ edge }) => groups.get(edge.from) === root)
    return {
      name: `t${at}`,
      label: homes.get(root),
      nodes: graph.nodes.filter((node) => groups.get(node) === root),
      reads,
      writes,
      inputs: reads.map(({ name }) => name),
      outputs: writes.map(({ name }) => name),
    }
  })
}

/** What a part of a graph looks like to the engine: `sources` stand in for the edges that it reads. */
export interface PartGraph {
  readonly graph: Graph
  /** The node that gives what comes on an edge, by the edge's name. */
  readonly inbound: ReadonlyMap<string, Node>
  /** The node that writes an edge, by the edge's name. */
  readonly outbound: ReadonlyMap<string, { readonly node: Node; readonly output: string }>
}

/** The part of a graph that a task runs. `sourceOf` makes the leaf that stands in for an edge. */
export function partOf(plan: TaskPlan, sourceOf: (edge: string) => Node['leaf']): PartGraph {
  const nodes: Node[] = []
  const edges: GraphEdge[] = []
  const made = new Map<Node, Node>()
  const add = (node: Node): Node => {
    nodes.push(node)
    return node
  }
  const join = (from: Node, to: Node, edge: GraphEdge, output: string): void => {
    const joined = { from, output, to, input: edge.input, options: edge.options }
    from.outputs.push(joined)
    to.inputs.push(joined)
    edges.push(joined)
  }
  for (const node of plan.nodes) {
    made.set(node, add({ ...node, index: nodes.length, inputs: [], outputs: [] }))
  }
  const inbound = new Map<string, Node>()
  const nameOf = new Map(plan.reads.map(({ name, edge }) => [edge, name]))
  for (const node of plan.nodes) {
    const to = made.get(node) as Node
    for (const edge of node.inputs) {
      const name = nameOf.get(edge)
      if (name === undefined) join(made.get(edge.from) as Node, to, edge, edge.output)
      else {
        const source = add(makeNode(nodes.length, `${edge.from.id} (${name})`, sourceOf(name)))
        inbound.set(name, source)
        join(source, to, edge, OUT)
      }
    }
  }
  const writes = plan.writes.map(({ name, edge: { from: node, output } }) => ({ name, node, output }))
  const outbound = new Map(
    [...writes, ...(plan.opens ?? [])].map(({ name, node, output }) => [
      name,
      { node: made.get(node) as Node, output },
    ]),
  )
  return { graph: { nodes, edges, outputs: [] }, inbound, outbound }
}
