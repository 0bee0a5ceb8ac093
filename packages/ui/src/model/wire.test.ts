/** Goal: what the page puts together from packed frames are the figures themselves, whatever has changed between two. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame, Recording, ShownEdge, ShownNode, ShownStage } from './protocol.ts'
import { packTable, unpackTable } from './table.ts'
import { packRecording, unpackRecording, Wire } from './wire.ts'

const asSent = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

const share = fc.constantFrom(0, 0.25, 0.5, 1)
const count = fc.nat(3)
const waited = fc.record(
  { all: fc.record({ p50: count, p99: count }), lately: fc.record({ p50: count, p99: count }) },
  { requiredKeys: ['all'] },
)
const node: fc.Arbitrary<ShownNode> = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c'),
    in: count,
    out: count,
    filtered: count,
    stage: count,
    stageShare: share,
  },
  { requiredKeys: ['id', 'in', 'out', 'filtered', 'stage'] },
)
const stage: fc.Arbitrary<ShownStage> = fc.record(
  {
    index: count,
    nodes: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    runsOn: fc.constantFrom('caller', 'workers'),
    waitsIn: fc.constantFrom('a', 'b'),
    busyShare: share,
    waitingShare: share,
    backpressuredShare: share,
    idleShare: share,
  },
  {
    requiredKeys: [
      'index',
      'nodes',
      'runsOn',
      'busyShare',
      'waitingShare',
      'backpressuredShare',
      'idleShare',
    ],
  },
)
const edge: fc.Arbitrary<ShownEdge> = fc.record(
  {
    kind: fc.constantFrom('queue', 'fused'),
    from: fc.constantFrom('a', 'b'),
    output: fc.constant('out'),
    to: fc.constantFrom('b', 'c'),
    input: fc.constant('in'),
    items: count,
    capacityItems: count,
    fill: share,
    sent: count,
    dropped: count,
    waited,
  },
  {
    requiredKeys: [
      'kind',
      'from',
      'output',
      'to',
      'input',
      'items',
      'capacityItems',
      'fill',
      'sent',
      'dropped',
    ],
  },
)
/** Rows that mostly stay, as those of a run do, or that are others. */
const rowsOf = <Row>(row: fc.Arbitrary<Row>): fc.Arbitrary<Row[]> =>
  fc.oneof(
    fc.array(row, { maxLength: 12 }),
    fc.tuple(row, fc.integer({ min: 4, max: 12 })).map(([one, length]) => Array<Row>(length).fill(one)),
  )
const frame: fc.Arbitrary<Frame> = fc.record({
  time: count,
  state: fc.constantFrom('running', 'paused', 'completed'),
  stats: fc.record({
    elapsedMs: count,
    items: fc.constant({} as Frame['stats']['items']),
    failures: fc.constant({ total: 0, byTerm: {} } as unknown as Frame['stats']['failures']),
    threads: fc.constant({ budget: 1, health: { level: 'green' as const }, workers: [] }),
    nodes: rowsOf(node),
    stages: rowsOf(stage),
    edges: rowsOf(edge),
  }),
})
/** The next frame is another one, or has a few other rows. */
const frames: fc.Arbitrary<Frame[]> = fc
  .array(fc.tuple(frame, fc.boolean(), fc.nat(11), node, edge), { maxLength: 6 })
  .map((all) => {
    const made: Frame[] = []
    for (const [other, isOther, at, aNode, anEdge] of all) {
      const last = made.at(-1)
      if (last === undefined || isOther) made.push(other)
      else {
        const nodes = last.stats.nodes.map((old, place) => (place === at ? aNode : old))
        const edges = last.stats.edges.map((old, place) => (place === at ? anEdge : old))
        made.push({ ...last, stats: { ...last.stats, nodes, edges } })
      }
    }
    return made
  })
const picture = fc.record({
  nodes: fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), kind: fc.constantFrom('map', 'sink') }), {
    minLength: 1,
    maxLength: 6,
  }),
  edges: fc.array(
    fc.record({
      from: fc.nat(5),
      to: fc.nat(5),
      output: fc.constant('out'),
      input: fc.constant('in'),
      port: fc.constantFrom('', 'p'),
    }),
    { maxLength: 6 },
  ),
})

test('frame after frame', () => {
  fc.assert(
    fc.property(frames, fc.option(picture, { nil: undefined }), (all, drawn) => {
      const [wire, page] = [new Wire(drawn), new Wire(drawn)]
      let [sent, got]: (Frame | undefined)[] = []
      for (const next of all) {
        got = page.unpackFrame(asSent(wire.packFrame(next, sent)), got)
        sent = next
        expect(got).toEqual(next)
      }
    }),
  )
})

test('a recording, with and without its picture', () => {
  fc.assert(
    fc.property(frames, fc.option(picture, { nil: undefined }), (all, drawn) => {
      const recording: Recording = {
        head: {
          ...{ title: 't', strategy: 'inline', isLive: true, mayControl: false },
          ...(drawn === undefined ? {} : { picture: drawn }),
        },
        frames: all,
        notices: [],
        letters: [],
        taps: [],
      }
      expect(unpackRecording(asSent(packRecording(recording)))).toEqual(recording)
    }),
  )
})

describe('a table', () => {
  const rows = Array.from({ length: 1000 }, (_, at) => ({ id: `t${at}`, kind: 'fused', sent: at }))

  test('tells what stays once, or not at all', () => {
    expect(packTable(rows).columns['kind']).toEqual({ all: 'fused' })
    expect(packTable(rows, rows)).toEqual({ rows: 1000, isChange: true, columns: {} })
    const next = rows.map((row, at) => (at === 7 ? { ...row, sent: 5000 } : row))
    expect(packTable(next, rows).columns).toEqual({ sent: { at: [7], to: [5000] } })
  })

  test('rows that have not changed are the same objects', () => {
    const next = rows.map((row, at) => (at === 7 ? { ...row, sent: 5000 } : { ...row }))
    const got = unpackTable(asSent(packTable(next, rows)), rows)
    expect(got).toEqual(next)
    expect(got.filter((row, at) => row !== rows[at])).toHaveLength(1)
  })
})
