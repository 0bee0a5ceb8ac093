/**
 * Goal: whatever is cut off a batch in mid-run, and whatever is cut off that, the outputs put back in order are those of
 * the batch run in one piece; port by port, item by item, and so are the counts.
 */

import { kernelTerm } from '@millrace/core'
import { type AnyLeaf, makeNode, type Node } from '@millrace/core/engine'
import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { Assembly } from '../stealing/assembly.ts'
import { packOutputs, unpackOutputs } from './outputs.ts'
import type { DoneReply, InnerEdge, RegionRef } from './protocol.ts'
import { type Loaded, RegionRunner, type Yielded } from './region-runner.ts'
import { split } from './split-region.ts'

interface Tree {
  readonly nodes: readonly Node[]
  readonly region: RegionRef
}

/** A term that maps, drops or multiplies, by what `choose` says; promises now and then. */
function randomLeaf(choose: Random, at: number) {
  const by = 1 + choose.below(5)
  const isSlow = choose.below(6) === 0
  const given = <T>(value: T) => (isSlow ? Promise.resolve(value) : value)
  switch (choose.below(3)) {
    case 0:
      return kernelTerm<number, number>(`map${at}`, { kind: 'map', f: (n: number) => given(n * by + at) })
    case 1:
      return kernelTerm<number, number>(`filter${at}`, {
        kind: 'filter',
        f: (n: number) => n % (by + 1) !== 0,
      })
    default:
      return kernelTerm<number, number>(`flat${at}`, {
        kind: 'flatMap',
        f: (n: number) => given(Array.from({ length: Math.abs(n) % (by + 2) }, (_, i) => n + i)),
      })
  }
}

/** Stages in a random tree, or with a merge of all leaves at the end. */
function randomTree(choose: Random): Tree {
  const count = 1 + choose.below(6)
  const edges: InnerEdge[] = []
  const leaves = Array.from({ length: count }, (_, at) => randomLeaf(choose, at))
  const entries = 1 + choose.below(count)
  for (let to = entries; to < count; to++)
    edges.push({ from: choose.below(to), output: 'out', to, input: 'out' })
  const open = leaves.flatMap((_, at) => (edges.some(({ from }) => from === at) ? [] : [at]))
  if (open.length > 1 && choose.below(3) === 0) {
    leaves.push(kernelTerm<number, number>('merge', { kind: 'merge', tagged: false } as never))
    for (const from of open) edges.push({ from, output: 'out', to: count, input: `in${from}` })
    open.splice(0, open.length, count)
  }
  const exits = open.map((stage) => ({ stage, output: 'out', isRead: choose.below(5) > 0, isTail: false }))
  return treeOf(leaves, { entries, edges, exits, timed: choose.below(2) === 0 })
}

type Leaf = ReturnType<typeof randomLeaf>

function treeOf(
  leaves: readonly Leaf[],
  shape: Pick<RegionRef, 'entries' | 'edges' | 'exits' | 'timed'>,
): Tree {
  const nodes = leaves.map((leaf, index) => makeNode(index, leaf.name, leaf as unknown as AnyLeaf))
  const region: RegionRef = {
    ...shape,
    graph: { key: '', url: '', exportName: undefined, params: { value: undefined }, fingerprint: '' },
    stages: nodes.map((_, at) => [at]),
    input: 'out',
    opensSplits: false,
    isStateful: false,
    policies: [],
    stopsOnFailure: false,
    limitsMs: undefined,
  }
  return { nodes, region }
}

/** A cycle of so many stages that makes of each number as many smaller ones as it says, and gives all of them. */
function randomCycle(choose: Random): Tree {
  const count = 1 + choose.below(3)
  const leaves = [
    kernelTerm<number, number>('merge', { kind: 'merge', tagged: false } as never),
    ...Array.from({ length: count }, (_, at) =>
      kernelTerm<number, number>(`pass${at}`, { kind: 'map', f: (n: number) => n }),
    ),
    kernelTerm<number, number>('fewer', {
      kind: 'flatMap',
      f: (n: number) => Array.from({ length: n }, (_, i) => i),
    }),
  ]
  const last = count + 1
  const edges = leaves.map((_, from) => {
    const to = from === last ? 0 : from + 1
    return { from, output: 'out', to, input: to === 0 ? 'back' : 'out' }
  })
  const exits = [{ stage: last, output: 'out', isRead: true, isTail: false }]
  return treeOf(leaves, { entries: 1, edges, exits, timed: choose.below(2) === 0 })
}

const asReply = (yielded: Yielded): DoneReply => ({
  kind: 'done',
  outputs: packOutputs(yielded.ports, 'thread'),
  counts: yielded.counts,
  copied: yielded.copied,
  left: yielded.left,
  hasMore: yielded.hasMore,
  hasEnded: false,
  snapshot: undefined,
  failures: yielded.failures,
  worker: 0,
  begunAtMs: 0,
  busyMs: 0,
  waitedMs: 0,
  nodeMs: new Float64Array(),
  heapBytes: 0,
})

/** Runs a part of a batch, cutting parts off it by chance, and these in turn. Returns how many there were. */
async function runPart(
  { nodes, region }: Tree,
  choose: Random,
  name: string,
  part: readonly Loaded[],
  assembly: Assembly,
): Promise<number> {
  const runner = new RegionRunner(nodes, region)
  await runner.start()
  await runner.run([]) // it is as after a batch
  const forks: { readonly name: string; readonly part: typeof part }[] = []
  runner.onStep = () => {
    if (choose.below(3) > 0) return
    const cut = split(runner)
    if (cut.length > 0) forks.push({ name: `${name}/${forks.length}`, part: cut })
  }
  let yielded = await runner.run(part)
  let told = 0
  for (;;) {
    const names = forks.slice(told).map((fork) => fork.name)
    told = forks.length
    assembly.add(name, names, asReply(yielded))
    if (!yielded.hasMore) break
    yielded = await runner.resume()
  }
  let parts = 1
  // thieves answer in any order
  while (forks.length > 0) {
    const [fork] = forks.splice(choose.below(forks.length), 1)
    if (fork !== undefined) parts += await runPart({ nodes, region }, choose, fork.name, fork.part, assembly)
  }
  return parts
}

async function outcome(tree: Tree, choose: Random | undefined, items: readonly number[]) {
  const times = tree.region.timed ? items.map((_, i) => i) : undefined
  const assembly = new Assembly(
    () => {},
    () => {},
  )
  const never = new Random(1)
  never.below = () => 1
  const parts = await runPart(tree, choose ?? never, '', [{ enterAt: -1, items, times }], assembly)
  const ports = tree.region.exits.filter(({ isRead }) => isRead).map((): unknown[][] => [])
  const sums = { copied: 0, left: 0, counts: [] as number[] }
  for (;;) {
    const reply = (await assembly.next()) as DoneReply
    unpackOutputs(reply.outputs).forEach(({ items: out, from, to, times: at }, port) => {
      for (let i = from; i < to; i++) ports[port]?.push([out[i], at?.[i]])
    })
    sums.copied += reply.copied
    sums.left += reply.left
    reply.counts.forEach((count, i) => {
      sums.counts[i] = (sums.counts[i] ?? 0) + count
    })
    if (!reply.hasMore) break
  }
  return { parts, result: { ports, ...sums } }
}

test('a batch in parts gives what it gives in one piece', async () => {
  let parts = 0
  for (let seed = 1; seed <= 300; seed++) {
    const choose = new Random(seed)
    const tree = randomTree(choose)
    const items = Array.from({ length: choose.below(400) }, (_, i) => i)
    const whole = await outcome(tree, undefined, items)
    const cut = await outcome(tree, choose, items)
    const hasMerge = tree.nodes.some(({ id }) => id === 'merge')
    const comparable = ({ ports, ...sums }: typeof whole.result) => ({
      // a merge promises the order of each input only
      ports: hasMerge ? ports.map((port) => port.map(String).sort()) : ports,
      ...sums,
    })
    expect(comparable(cut.result), `seed ${seed}`).toEqual(comparable(whole.result))
    parts += cut.parts
  }
  expect(parts).toBeGreaterThan(600)
})

test('what goes round is cut anywhere, and nothing of it is lost', async () => {
  let parts = 0
  for (let seed = 1; seed <= 100; seed++) {
    const choose = new Random(seed)
    const tree = randomCycle(choose)
    const items = Array.from({ length: 1 + choose.below(20) }, () => choose.below(9))
    const whole = await outcome(tree, undefined, items)
    const cut = await outcome(tree, choose, items)
    const sorted = ({ ports, ...sums }: typeof whole.result) => ({
      ports: ports.map((port) => port.map(String).sort()),
      ...sums,
    })
    expect(sorted(cut.result), `seed ${seed}`).toEqual(sorted(whole.result))
    parts += cut.parts
  }
  expect(parts).toBeGreaterThan(300)
})
