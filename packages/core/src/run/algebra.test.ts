// Law 5: pipe and parallel are associative, id() is neutral for pipe, parallel commutes up to port order, and two
// writers of one port are an error that names both. Checked on what the terms compute and on the graphs they make.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { sequential } from '../compose/sequential.ts'
import { compileGraph } from '../graph/compile.ts'
import { toJSON } from '../graph/export.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { LAW_TIMEOUT_MS, law } from '../test/property.ts'
import { Collect, count, filter, flatMap, id, map } from '../test/terms.ts'
import { weight } from '../testing/values.ts'
import { run } from './run.ts'

type Any = Term<any, any>

/** A term as data: built anew, so that each side of an equation has leaves of its own. */
type Tree =
  | { readonly kind: 'leaf'; readonly by: number }
  | { readonly kind: 'pipe' | 'parallel'; readonly parts: readonly Tree[] }
  | { readonly kind: 'named'; readonly parts: readonly Tree[] }

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant('leaf' as const), by: fc.nat(8) }),
    fc.record({
      kind: fc.constantFrom('pipe' as const, 'parallel' as const, 'named' as const),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

let leaves = 0

function build(shape: Tree): Any {
  if (shape.kind === 'leaf') return leaf(shape.by)
  const parts = shape.parts.map(build)
  if (shape.kind === 'pipe') return parts.reduce((whole, part) => whole.pipe(part))
  if (shape.kind === 'parallel' || parts.length < 2) return parallel(...unnamed(shape.parts, parts))
  return parallel(Object.fromEntries(parts.map((part, i) => [`p${i}`, part])))
}

/** Named and unnamed branches do not mix: named ones are made single streams. */
function unnamed(shapes: readonly Tree[], parts: readonly Any[]): Any[] {
  return parts.map((part, i) => (hasNames(shapes[i] as Tree) ? part.pipe(id()) : part))
}

function hasNames(shape: Tree): boolean {
  if (shape.kind === 'leaf') return false
  if (shape.kind === 'named') return shape.parts.length > 1 || hasNames(shape.parts[0] as Tree)
  return shape.kind === 'pipe' ? hasNames(shape.parts.at(-1) as Tree) : false
}

function leaf(by: number): Any {
  const name = `leaf${leaves++}`
  if (by === 7) return filter((item) => weight(item) % 3 !== 0).named(name)
  if (by === 8) return flatMap((item) => [weight(item), by]).named(name)
  return map((item) => (weight(item) * (by + 2) + by) | 0).named(name)
}

/** What reaches a sink behind `count(12) -> term`. */
async function answer(term: Any): Promise<unknown> {
  const sink = new Collect()
  const summary = await settled(run(count(12).pipe(term, sink) as Term<never, never>))
  return summary.result(sink)
}

/** The graph behind an open input, without names. */
function shapeOf(make: () => Any): unknown {
  leaves = 0
  return toJSON(make())
}

describe('pipe', () => {
  test(
    'is associative',
    async () => {
      await fc.assert(
        fc.asyncProperty(tree, tree, tree, async (a, b, c) => {
          const left = () => build(a).pipe(build(b)).pipe(build(c))
          const right = () => build(a).pipe(build(b).pipe(build(c)))
          const flat = () => sequential(build(a), build(b), build(c))
          expect(sortedGraph(shapeOf(left))).toEqual(sortedGraph(shapeOf(right)))
          expect(await answer(left())).toEqual(await answer(right()))
          expect(await answer(left())).toEqual(await answer(flat()))
        }),
        law(60),
      )
    },
    LAW_TIMEOUT_MS,
  )

  test(
    'has id() as its neutral',
    async () => {
      await fc.assert(
        fc.asyncProperty(tree, async (a) => {
          const plain = await answer(build(a))
          expect(await answer(build(a).pipe(id()))).toEqual(plain)
          expect(await answer(id().pipe(build(a)))).toEqual(plain)
        }),
        law(60),
      )
    },
    LAW_TIMEOUT_MS,
  )
})

describe('parallel', () => {
  test(
    'is associative',
    async () => {
      await fc.assert(
        fc.asyncProperty(tree, tree, tree, async (...trees) => {
          const parts = () => unnamed(trees, trees.map(build)) as [Any, Any, Any]
          const make = [
            () => parallel(parallel(...parts().slice(0, 2)), ...parts().slice(2)),
            () => parallel(...parts().slice(0, 1), parallel(...parts().slice(1))),
            () => parallel(...parts()),
          ]
          const [left, right, flat] = await Promise.all(make.map((each) => answer(each())))
          expect(left).toEqual(flat)
          expect(right).toEqual(flat)
        }),
        law(60),
      )
    },
    LAW_TIMEOUT_MS,
  )

  test('of named branches is associative: names are united', async () => {
    const branches = () => ({
      a: parallel({ a: leaf(1) }),
      b: parallel({ b: leaf(2) }),
      c: parallel({ c: leaf(3) }),
    })
    const left = await answer(parallel(parallel(branches().a, branches().b), branches().c) as Any)
    const right = await answer(parallel(branches().a, parallel(branches().b, branches().c)) as Any)
    expect(left).toEqual(right)
    expect(left).toEqual(await answer(parallel({ a: leaf(1), b: leaf(2), c: leaf(3) })))
  })

  test(
    'commutes up to the order of its ports',
    async () => {
      await fc.assert(
        fc.asyncProperty(tree, tree, async (a, b) => {
          const one = await answer(parallel({ a: build(a).pipe(id()), b: build(b).pipe(id()) }))
          const other = await answer(parallel({ b: build(b).pipe(id()), a: build(a).pipe(id()) }))
          expect(one).toEqual(other)
          const [left, right] = [build(a).pipe(id()), build(b).pipe(id())]
          const turned = (await answer(parallel(right, left))) as [unknown, unknown][]
          expect(turned.map(([second, first]) => ({ a: first, b: second }))).toEqual(one)
        }),
        law(60),
      )
    },
    LAW_TIMEOUT_MS,
  )

  test('nested names are joined with a dot', async () => {
    const nested = parallel({ x: parallel({ y: leaf(0), z: leaf(1) }), w: parallel(leaf(2), leaf(3)) })
    const [row] = (await answer(nested)) as object[]
    expect(Object.keys(row as object)).toEqual(['x.y', 'x.z', 'w.0', 'w.1'])
  })

  test('two writers of one port are an error that names both', () => {
    const twice = () =>
      parallel(parallel({ x: map((n) => n).named('a') }), parallel({ x: map((n) => n).named('b') }))
    expect(() => compileGraph(count(1).pipe(twice() as Any))).toThrow(
      expect.objectContaining({ code: 'TWO_WRITERS', message: expect.stringMatching(/"x".*\ba and b\b/) }),
    )
    const x = parallel({ x: map((n) => n).named('a') })
    expect(
      () => compileGraph(count(1).pipe(parallel(x, x) as Any)),
      'the same writer twice is one',
    ).not.toThrow()
  })

  test('named and unnamed branches do not mix', () => {
    const mixed = parallel(parallel({ x: id(), y: id() }), leaf(1))
    expect(() => compileGraph(count(1).pipe(mixed as Any))).toThrow(
      expect.objectContaining({ code: 'MIXED_PORTS' }),
    )
  })
})

function sortedGraph(graph: any): unknown {
  const text = (list: readonly unknown[]): string[] => list.map((part) => JSON.stringify(part)).sort()
  return { nodes: text(graph.nodes), edges: text(graph.edges), outputs: graph.outputs }
}
