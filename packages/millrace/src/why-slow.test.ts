// Goal: the slow term of a graph is named, whatever makes it slow and wherever it runs.

import { run, type Stats, type Strategy, whySlow } from 'millrace'
import { expect, test } from 'vitest'
import slowTerm, { kinds } from '../test/fixtures/slow-term.ts'

const strategies = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid'] as const satisfies Strategy[]
const MS = 60_000

for (const strategy of strategies) {
  test(`the slow term is named under ${strategy}`, { timeout: MS }, async () => {
    const named: string[] = []
    for (const [seed, kind] of kinds.entries()) {
      const options = {
        edges: { capacityItems: 2 },
        scheduler: { strategy, workers: 2, fallback: 'share' },
      } as const
      const summary = await run(slowTerm({ kind, seed, count: 24 }), options).done
      const why = whySlow(summary)
      named.push(`${kind}: ${why?.term}`)
      for (const stage of summary.stages) {
        const { busyShare, waitingShare, backpressuredShare, idleShare } = stage
        expect(busyShare + waitingShare + backpressuredShare + idleShare).toBeCloseTo(1, 9)
      }
      // each wait of a writer is counted, once
      for (const { blockedMs, waits } of summary.edges) expect(waits?.sumMs ?? 0).toBeCloseTo(blockedMs, 6)
      const waits = summary.edges.reduce((sum, edge) => sum + (edge.waits?.count ?? 0), 0)
      if (kind === 'stream') expect(waits).toBeGreaterThan(0)
    }
    expect(named).toEqual(kinds.map((kind) => `${kind}: slow`))
  })
}

const stage = (index: number, nodes: readonly string[], ms: readonly number[]) => {
  const [busyMs = 0, waitingMs = 0, backpressuredMs = 0, idleMs = 0] = ms
  return { index, nodes, busyMs, waitingMs, awaitedMs: waitingMs, backpressuredMs, idleMs }
}

const snapshot = (elapsedMs: number, ...times: readonly (readonly number[])[]): Stats =>
  ({
    elapsedMs,
    stages: times.map((ms, at) => stage(at, [['source', 'lookup', 'sink'][at] as string], ms)),
    nodes: ['source', 'lookup', 'sink'].map((id, at) => ({ id, stage: at, stageShare: 1 })),
    edges: [
      { from: 'source', to: 'lookup' },
      { from: 'lookup', to: 'sink' },
    ],
  }) as unknown as Stats

test('it says so in one sentence', () => {
  const why = whySlow(snapshot(1000, [90, 0, 910, 0], [20, 940, 0, 40], [5, 0, 0, 995]))
  expect(why).toEqual({
    term: 'lookup',
    stage: 1,
    state: 'waiting',
    share: 0.94,
    isSource: false,
    heldBack: { term: 'source', share: 0.91 },
    text: 'limited by `lookup`: waits for promises 94 %; `source` held back 91 %',
  })
})

test('where nothing is held back it is the source', () => {
  const { term, text } = whySlow(snapshot(1000, [100, 850, 0, 50], [20, 0, 0, 980], [5, 0, 0, 995])) ?? {}
  expect([term, text]).toEqual(['source', 'limited by `source`: waits for its input 85 %'])
})

test('a light stage that waits for its turn, between one that is held back and one that works, is not named', () => {
  // a worker's replies lie where nobody looks while the caller's thread is in the sink
  const stages = [
    [50, 0, 950, 0],
    [30, 500, 470, 0],
    [960, 0, 0, 40],
  ]
  expect(whySlow(snapshot(1000, ...stages))).toMatchObject({ term: 'sink', heldBack: { term: 'source' } })
})

test('what happened before the earlier snapshot does not count', () => {
  const before = snapshot(1000, [90, 0, 910, 0], [20, 940, 0, 40], [5, 0, 0, 995])
  const now = snapshot(2000, [1000, 0, 1000, 0], [120, 940, 0, 940], [10, 0, 0, 1990])
  expect(whySlow(now, before)?.text).toBe('limited by `source`: busy 91 %')
})

test('before anything has run there is no answer', () => {
  expect([whySlow(snapshot(0)), whySlow({ elapsedMs: 5, nodes: [], stages: [], edges: [] })]).toEqual([
    undefined,
    undefined,
  ])
})
