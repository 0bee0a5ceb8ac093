// Goal: a trace is well formed, its events nest, and what it says of a thread is what the figures say.

import { run, type Strategy } from 'millrace'
import { forEach, fromIterable, map, mapAsync } from 'millrace/terms'
import { expect, test } from 'vitest'
import slowTerm from '../../test/fixtures/slow-term.ts'
import { Trace, type TraceOptions } from './trace.ts'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid?: number
  readonly ts?: number
  readonly dur?: number
  readonly args?: object
  readonly cat?: string
  readonly id?: number
}

function traced(options?: TraceOptions) {
  let text = ''
  const trace = new Trace({ write: (part) => void (text += part), close: () => {} }, options)
  return { trace, events: () => JSON.parse(text) as TraceEvent[], length: () => text.length }
}

/** What the format asks for, and that events of a lane nest. Returns the sum of each lane, in ms. */
function check(events: readonly TraceEvent[]): Map<number, number> {
  const lanes = new Map<number, { readonly ends: number[]; sum: number; last: number }>()
  const named = new Set<number>()
  for (const { name, ph, pid, tid, ts, dur } of events) {
    expect([typeof name, ['M', 'X', 'C', 'i', 'b', 'e'].includes(ph), pid]).toEqual(['string', true, 1])
    if (ph === 'M') {
      if (name === 'thread_name') named.add(tid as number)
      continue
    }
    expect(ts).toBeGreaterThanOrEqual(0)
    if (ph !== 'X') continue
    expect(named.has(tid as number)).toBe(true)
    const lane = lanes.get(tid as number) ?? { ends: [], sum: 0, last: 0 }
    lanes.set(tid as number, lane)
    const [begin, end] = [ts as number, (ts as number) + (dur as number)]
    if (begin < lane.last) throw new Error(`${name} begins at ${begin}, before the one before it`)
    lane.last = begin
    while (lane.ends.length > 0 && (lane.ends.at(-1) as number) <= begin + 1e-3) lane.ends.pop()
    const outer = lane.ends.at(-1)
    if (outer !== undefined && end > outer + 1e-3) throw new Error(`${name} ends at ${end}, after ${outer}`)
    if (outer === undefined) lane.sum += (dur as number) / 1000
    lane.ends.push(end)
  }
  checkPairs(events)
  return new Map([...lanes].map(([tid, { sum }]) => [tid, sum]))
}

/** Each `b` has one `e` of its category and id, not before it. Returns how long each took, in ms, by name. */
function checkPairs(events: readonly TraceEvent[]): Map<string, number[]> {
  const open = new Map<string, TraceEvent>()
  const took = new Map<string, number[]>()
  for (const event of events) {
    if (event.ph !== 'b' && event.ph !== 'e') continue
    const key = `${event.cat} ${event.id} ${event.name}`
    const begin = open.get(key)
    if (event.ph === 'b') {
      if (begin !== undefined) throw new Error(`${key} begins twice`)
      open.set(key, event)
    } else {
      if (begin === undefined) throw new Error(`${key} has no begin`)
      const ms = ((event.ts as number) - (begin.ts as number)) / 1000
      if (!(ms >= 0)) throw new Error(`${key} ends before it begins`)
      open.delete(key)
      took.set(event.name, [...(took.get(event.name) ?? []), ms])
    }
  }
  expect([...open.keys()]).toEqual([])
  return took
}

for (const strategy of [
  'inline',
  'dedicated',
  'pool',
  'work-stealing',
  'hybrid',
] as const satisfies Strategy[]) {
  test(`what a thread did adds up to its busy time under ${strategy}`, async () => {
    const { trace, events } = traced()
    const options = {
      edges: { capacityItems: 4 },
      scheduler: { strategy, workers: 2, fallback: 'share' },
    } as const
    const running = run(slowTerm({ kind: 'computing', seed: 1, count: 20 }), {
      ...options,
      onSpan: trace.onSpan,
    })
    trace.follow(running)
    const { caller, threads } = await running.done
    expect(trace.end()).toEqual([])
    const sums = check(events())
    for (const { id, busyMs } of threads.workers) {
      const sum = sums.get(id) ?? 0
      expect([id, Math.abs(sum - busyMs) <= Math.max(0.02 * busyMs, 0.1)]).toEqual([id, true])
    }
    expect(Math.abs((sums.get(0) ?? 0) - caller.busyMs)).toBeLessThanOrEqual(
      Math.max(0.02 * caller.busyMs, 0.1),
    )
    expect([...sums.values()].reduce((all, ms) => all + ms, 0)).toBeGreaterThan(100)
  })
}

test('a full trace says how much it left out, and is still whole', () => {
  const { trace, events, length } = traced({ maxChars: 10_000 })
  for (let n = 0; n < 1000; n++) {
    trace.onSpan({ worker: 0, nodes: ['map'], beginMs: 1e6 + n, durationMs: 0.5, waitedMs: 0 })
  }
  const [said] = trace.end()
  expect(said).toMatch(/^\d+ events left out: the trace is full$/)
  expect(trace.end()).toEqual([])
  expect(length()).toBeLessThan(10_000)
  check(events())
  expect(events().at(-1)?.name).toMatch(/events left out$/)
})

test('batches that wait for promises side by side are told one after the other', () => {
  const { trace, events } = traced()
  const span = { worker: 7, nodes: ['fetch'], durationMs: 4 }
  trace.onSpan({ ...span, beginMs: 1e12, waitedMs: 100 })
  trace.onSpan({ ...span, beginMs: 1e12 + 1, waitedMs: 50 })
  trace.end()
  expect(check(events()).get(7)).toBeCloseTo(8, 6)
})

test('calls that overlap, and checkpoints, are pairs of events of their own', async () => {
  const { trace, events } = traced()
  const gates: (() => void)[] = []
  const held = (n: number) => new Promise<number>((resolve) => gates.push(() => resolve(n)))
  const all = async (): Promise<void> => {}
  const store = { place: 'memory', list: async () => [], read: async () => new Uint8Array() }
  const term = fromIterable([1, 2, 3, 4]).pipe(
    mapAsync(held, { concurrency: 2 }).named('beside'),
    map((n: number) => held(n)).named('inside'),
    forEach(() => {}),
  )
  const checkpoint = { store: { ...store, write: all, remove: all }, everyItems: 2 }
  const running = run(term, { onSpan: trace.onSpan, checkpoint })
  trace.follow(running)
  let isOver = false
  running.done.then(() => {
    isOver = true
  })
  while (!isOver) {
    gates.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  trace.end()
  check(events())
  const took = checkPairs(events())
  expect([took.get('beside')?.length, took.get('inside')?.length]).toEqual([4, 4])
  expect(took.get('checkpoint')?.length).toBeGreaterThan(0)
})

test('a call that is under way when the run is cancelled ends there', async () => {
  const { trace, events } = traced()
  const called: number[] = []
  const never = (n: number): Promise<number> => new Promise(() => called.push(n))
  const term = mapAsync(never, { concurrency: 2 })
  const running = run(
    fromIterable([1, 2]).pipe(
      term,
      forEach(() => {}),
    ),
  )
  trace.follow(running)
  while (called.length < 2) await new Promise((resolve) => setImmediate(resolve))
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  trace.end()
  expect(checkPairs(events()).get('mapAsync')?.length).toBe(2)
  expect(events().flatMap(({ ph, args }) => (ph === 'b' ? [args] : []))).toEqual([
    { outcome: 'letGo' },
    { outcome: 'letGo' },
  ])
})

test('calls leave half of the trace to what threads do', () => {
  const { trace, events } = traced({ maxChars: 20_000 })
  const listeners = new Map<string, (value: unknown) => void>()
  const on = (event: string, listener: (value: unknown) => void) => void listeners.set(event, listener)
  trace.follow({ on, stats: () => ({ edges: [] }) } as never)
  const call = { node: 'fetch', beginMs: 1e12, durationMs: 1, outcome: 'settled' }
  for (let n = 0; n < 1000; n++) listeners.get('call')?.(call)
  trace.onSpan({ worker: 0, nodes: ['map'], beginMs: 1e12, durationMs: 1, waitedMs: 0 })
  expect(trace.end()).toHaveLength(1)
  check(events())
  expect(events().filter(({ name }) => name === 'map')).toHaveLength(1)
})
