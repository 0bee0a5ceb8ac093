// A run that dies and goes on from its last checkpoint gives what an undisturbed one gives: each item once, states and
// figures included; on random graphs, under random schedules, killed at random activations, again and again.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settled } from '../../test/deadline.ts'
import { LAW_TIMEOUT_MS, law, mergeSpecs, runOptions, specs } from '../../test/property.ts'
import { checkLedger } from '../../testing/ledger.ts'
import { MemoryStore } from '../../testing/memory-store.ts'
import { Random } from '../../testing/random.ts'
import { evaluateSpec, type ReferenceNode } from '../../testing/reference.ts'
import type { GraphSpec } from '../../testing/spec.ts'
import { type SpecTerm, termOfSpec } from '../../testing/spec-term.ts'
import type { RunOptions, Summary } from '../options.ts'
import { run } from '../run.ts'

/** After so many kills a run is let come to its end. */
const KILLS = 6
/** Runs are killed after so many activations at most. */
const LIFE = 120

/** What is found out about a graph that was run until it came to its end. */
interface Survived {
  readonly built: SpecTerm
  readonly summary: Summary
}

async function runKilled(
  spec: GraphSpec,
  options: RunOptions,
  { everyItems, seed }: { readonly everyItems: number; readonly seed: number },
): Promise<Survived> {
  const random = new Random(seed)
  let store = new MemoryStore()
  for (let kills = 0; ; kills++) {
    const built = termOfSpec(spec, new Random(seed))
    let left = kills === KILLS ? Number.POSITIVE_INFINITY : 1 + random.below(LIFE)
    let remains: MemoryStore | undefined
    const running = run(built.term, {
      ...options,
      checkpoint: { store, everyItems },
      pick: (count) => {
        if (--left === 0) {
          remains = store.copy()
          void running.cancel('killed')
        }
        return options.pick?.(count) ?? count - 1
      },
    })
    const summary = await settled(running).catch((error: unknown) => {
      if (remains === undefined) throw error
    })
    if (summary !== undefined && remains === undefined) return { built, summary }
    store = remains as MemoryStore
  }
}

const deaths = fc.record({ everyItems: fc.constantFrom(1, 2, 7, 40, 400), seed: fc.nat() })

function collected({ built, summary }: Survived, at: number): readonly unknown[] {
  return summary.result(built.sinks.get(at) as NonNullable<ReturnType<typeof built.sinks.get>>)
}

test(
  'every sink gets the same sequence, and the ledger of all attempts together adds up',
  async () => {
    let resumed = 0
    let written = 0
    await fc.assert(
      fc.asyncProperty(specs({ items: 400 }), runOptions(), deaths, async (spec, options, death) => {
        const reference = evaluateSpec(spec)
        const survived = await runKilled(spec, options, death)
        for (const at of survived.built.sinks.keys()) {
          expect(collected(survived, at)).toEqual((reference.nodes[at] as ReferenceNode).given)
        }
        checkLedger(survived.summary)
        resumed += survived.summary.checkpoint?.resumedFrom === undefined ? 0 : 1
        written += survived.summary.checkpoint?.written ?? 0
      }),
      law(200),
    )
    expect(resumed).toBeGreaterThan(40)
    expect(written).toBeGreaterThan(400)
  },
  LAW_TIMEOUT_MS,
)

test(
  'where nothing ends early, every node has taken and given exactly as much',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        specs({ exact: true, items: 400 }),
        runOptions(),
        deaths,
        async (spec, options, death) => {
          const reference = evaluateSpec(spec)
          fc.pre(reference.isExact)
          const { built, summary } = await runKilled(spec, options, death)
          const figures = new Map(summary.nodes.map((node) => [node.id, node]))
          built.leaves.forEach((leaf, at) => {
            const { taken, given } = reference.nodes[at] as ReferenceNode
            expect(figures.get(leaf.name)).toMatchObject({ in: taken.length, out: given.length })
          })
        },
      ),
      law(80),
    )
  },
  LAW_TIMEOUT_MS,
)

test(
  'behind a merge: the same items, and of each input in the same order',
  async () => {
    await fc.assert(
      fc.asyncProperty(mergeSpecs({ items: 400 }), runOptions(), deaths, async (spec, options, death) => {
        const last = spec.nodes.length - 1
        const expected = (evaluateSpec(spec).nodes[last] as ReferenceNode).given
        const survived = await runKilled(spec, options, death)
        const received = collected(survived, last)
        checkLedger(survived.summary)
        expect(sorted(received)).toEqual(sorted(expected))
        if (spec.nodes.some(({ op }) => op.kind === 'merge' && op.tagged)) {
          expect(byName(received)).toEqual(byName(expected))
        }
      }),
      law(80),
    )
  },
  LAW_TIMEOUT_MS,
)

function sorted(items: readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(item)).sort()
}

function byName(items: readonly unknown[]): Record<string, unknown[]> {
  const lists: Record<string, unknown[]> = {}
  for (const { name, data } of items as { name: string; data: unknown }[]) (lists[name] ??= []).push(data)
  return lists
}
