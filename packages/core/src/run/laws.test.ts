// The laws of docs/laws.md on random graphs: whatever the batch size, the bounds and the schedule, a run gives what
// the reference interpreter gives, and every item is accounted for.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { type StreamContext, StreamTerm, type View } from '../term/stream-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { LAW_TIMEOUT_MS, law, mergeSpecs, runOptions, specs } from '../test/property.ts'
import { Collect, items, turn } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { Random } from '../testing/random.ts'
import { evaluateSpec, type Reference, type ReferenceNode } from '../testing/reference.ts'
import type { GraphSpec } from '../testing/spec.ts'
import { type SpecTerm, termOfSpec } from '../testing/spec-term.ts'
import type { RunOptions, Summary } from './options.ts'
import { run } from './run.ts'

async function runSpec(
  spec: GraphSpec,
  options: RunOptions,
  seed = 0,
): Promise<{ readonly built: SpecTerm; readonly summary: Summary }> {
  const built = termOfSpec(spec, new Random(seed))
  const summary = await settled(run(built.term, options))
  return { built, summary }
}

function collected({ sinks }: SpecTerm, summary: Summary, at: number): readonly unknown[] {
  return summary.result(sinks.get(at) as NonNullable<ReturnType<typeof sinks.get>>)
}

function given(reference: Reference, at: number): readonly unknown[] {
  return (reference.nodes[at] as ReferenceNode).given
}

test(
  'laws 1, 2, 3, 6: every sink gets the same sequence, the ledger adds up, no edge holds too much',
  async () => {
    await fc.assert(
      fc.asyncProperty(specs(), runOptions(), fc.nat(), async (spec, options, seed) => {
        const reference = evaluateSpec(spec)
        const { built, summary } = await runSpec(spec, options, seed)
        for (const at of built.sinks.keys()) {
          expect(collected(built, summary, at)).toEqual(given(reference, at))
        }
        checkLedger(summary)
        for (const edge of summary.edges) {
          expect(edge.peakItems, `${edge.from} -> ${edge.to}`).toBeLessThanOrEqual(edge.capacityItems)
        }
        expect(summary.edges.map(({ items }) => items)).toEqual(summary.edges.map(() => 0))
      }),
      law(400),
    )
  },
  LAW_TIMEOUT_MS,
)

test(
  'law 1 with failures: what fails for good is set aside or replaced, the rest is as without',
  async () => {
    let failed = 0
    await fc.assert(
      fc.asyncProperty(specs({ troubled: true }), runOptions(), fc.nat(), async (spec, options, seed) => {
        const reference = evaluateSpec(spec)
        const { built, summary } = await runSpec(spec, options, seed)
        for (const at of built.sinks.keys()) {
          expect(collected(built, summary, at)).toEqual(given(reference, at))
        }
        checkLedger(summary)
        expect(summary.failures.deadLettered).toBe(summary.items.deadLettered)
        failed += summary.failures.total
        if (!reference.isExact) return
        built.leaves.forEach((leaf, at) => {
          const { deadLettered = 0 } = summary.failures.byTerm[leaf.name] ?? {}
          expect(deadLettered, leaf.name).toBe(reference.nodes[at]?.deadLettered)
        })
      }),
      law(400),
    )
    expect(failed).toBeGreaterThan(0)
  },
  LAW_TIMEOUT_MS,
)

test(
  'law 1, stopped by a failure: what was under way is drained, and every item is accounted for',
  async () => {
    const outcomes = { failed: 0, completed: 0, stopped: 0 }
    await fc.assert(
      fc.asyncProperty(specs({ troubled: true }), runOptions(), fc.nat(), async (spec, options, seed) => {
        const built = termOfSpec(spec, new Random(seed))
        for (const leaf of built.leaves) {
          if (leaf.failurePolicy.onError === 'skip') leaf.onFailure({ onError: 'fail' })
        }
        const summary = await settled(run(built.term, { ...options, onError: 'stop' }))
        checkLedger(summary)
        outcomes[summary.outcome]++
        expect(summary.outcome === 'failed').toBe(summary.items.deadLettered > 0)
        expect(summary.completeness.givenUp).toBe(summary.items.deadLettered)
        expect(summary.edges.map(({ items }) => items)).toEqual(summary.edges.map(() => 0))
      }),
      law(200),
    )
    expect(outcomes.failed).toBeGreaterThan(20)
  },
  LAW_TIMEOUT_MS,
)

test(
  'law 1: where nothing ends early, every node takes and gives exactly what the reference says',
  async () => {
    await fc.assert(
      fc.asyncProperty(specs({ exact: true }), runOptions(), fc.nat(), async (spec, options, seed) => {
        const reference = evaluateSpec(spec)
        fc.pre(reference.isExact)
        const { built, summary } = await runSpec(spec, options, seed)
        const figures = new Map(summary.nodes.map((node) => [node.id, node]))
        built.leaves.forEach((leaf, at) => {
          const { taken, given } = reference.nodes[at] as ReferenceNode
          expect(figures.get(leaf.name)).toMatchObject({ in: taken.length, out: given.length })
        })
        expect(summary.items).toMatchObject(expectedItems(spec, reference))
      }),
      law(150),
    )
  },
  LAW_TIMEOUT_MS,
)

/** The figures of the ledger that follow from the graph alone. */
function expectedItems({ nodes }: GraphSpec, reference: Reference): object {
  let [born, out, copied, joined] = [0, 0, 0, 0]
  nodes.forEach(({ op, inputs, sink }, at) => {
    const { taken, given } = reference.nodes[at] as ReferenceNode
    const readers = nodes.flatMap((other) => other.inputs).filter((from) => from === at).length
    const copies = readers + (sink === 'none' ? 0 : 1)
    if (op.kind === 'source') born += given.length
    if (op.kind === 'fold') born += 1
    if (sink !== 'none' || readers === 0) out += given.length
    copied += Math.max(0, copies - 1) * given.length
    joined += Math.max(0, inputs.length - 1) * taken.length
  })
  return { in: born, out, copied, joined, unmatched: 0, dropped: 0, discarded: 0, deadLettered: 0 }
}

test(
  'law 2 with merge: the same items, and of each input in the same order',
  async () => {
    await fc.assert(
      fc.asyncProperty(mergeSpecs(), runOptions(), fc.nat(), async (spec, options, seed) => {
        const last = spec.nodes.length - 1
        const expected = given(evaluateSpec(spec), last)
        const { built, summary } = await runSpec(spec, options, seed)
        const received = collected(built, summary, last)
        checkLedger(summary)
        expect(sorted(received)).toEqual(sorted(expected))
        if (spec.nodes.some(({ op }) => op.kind === 'merge' && op.tagged)) {
          expect(byName(received)).toEqual(byName(expected))
        }
      }),
      law(200),
    )
  },
  LAW_TIMEOUT_MS,
)

test(
  'law 2, unordered calls: the same items in any order',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1000), { maxLength: 150 }),
        fc.integer({ min: 2, max: 9 }),
        runOptions(),
        async (list, concurrency, options) => {
          const sink = new Collect<number>()
          const summary = await settled(run(items(list).pipe(new Unordered(concurrency), sink), options))
          checkLedger(summary)
          expect(sorted(summary.result(sink))).toEqual(sorted(list.filter((n) => n % 4 !== 0)))
        },
      ),
      law(60),
    )
  },
  LAW_TIMEOUT_MS,
)

class Unordered extends FunctionTerm<number, number> {
  override readonly ordered = false
  override readonly concurrency: number

  constructor(concurrency: number) {
    super()
    this.concurrency = concurrency
  }

  async f(n: number): Promise<number | undefined> {
    for (let turns = n % 3; turns > 0; turns--) await turn()
    return n % 4 === 0 ? undefined : n
  }
}

test(
  'laws 1 and 2, several ports: each gets its own sequence',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1000), { maxLength: 150 }),
        runOptions(),
        fc.nat(3),
        async (list, options, form) => {
          const [low, high] = [new Collect<number>().named('low'), new Collect<number>().named('high')]
          const split: Term<number, any> = form === 3 ? new StreamSplit() : new Split(form)
          const both = parallel(
            split.port('low').pipe(low),
            split.port('high').pipe(high),
          ) as unknown as Term<number, never>
          const summary = await settled(run(items(list).pipe(both), options))
          checkLedger(summary)
          expect(summary.result(low)).toEqual(list.filter((n) => n % 3 !== 1))
          expect(summary.result(high)).toEqual(list.filter((n) => n % 3 === 2).map((n) => -n))
        },
      ),
      law(80),
    )
  },
  LAW_TIMEOUT_MS,
)

/** 0: to the low port; 1: to none; 2: to both. */
function route(n: number): object | undefined {
  return [{ low: n }, n % 2 === 0 ? {} : undefined, { low: n, high: -n }][n % 3]
}

class Split extends FunctionTerm<number, any> {
  override readonly outputs = ['low', 'high']
  override readonly concurrency: number
  readonly #isAsync: boolean

  constructor(form: number) {
    super()
    this.concurrency = form === 2 ? 3 : 1
    this.#isAsync = form > 0
  }

  f(n: number): any {
    return this.#isAsync && n % 5 === 0 ? turn().then(() => route(n)) : route(n)
  }
}

class StreamSplit extends StreamTerm<number, any> {
  override readonly outputs = ['low', 'high']

  async run(view: View<number>, ctx: StreamContext<unknown, any>): Promise<void> {
    for await (const n of view) await ctx.emit(route(n))
  }
}

function sorted(items: readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(item)).sort()
}

function byName(items: readonly unknown[]): Record<string, unknown[]> {
  const names: Record<string, unknown[]> = {}
  for (const { name, data } of items as { name: string; data: unknown }[]) (names[name] ??= []).push(data)
  return names
}
