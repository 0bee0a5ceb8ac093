/** Goal: what waits at a worker's door is begun or had back, never both; and what becomes of the worker is told to the task it was in. */

import { afterEach, expect, test } from 'vitest'
import { WorkerDeath } from '../remote/worker-death.ts'
import { liveWorkers } from '../threads/live-workers.ts'
import { unpackOutputs } from '../worker/outputs.ts'
import { PROTOCOL_VERSION, type RegionRef, type Reply, type RunTask } from '../worker/protocol.ts'
import { NotRun, PoolWorker } from './pool-worker.ts'

const region: RegionRef = {
  graph: {
    key: 'flags',
    url: new URL('../../test/fixtures/flags.mjs', import.meta.url).href,
    exportName: 'pass',
    params: { value: undefined },
    fingerprint: '',
  },
  stages: [[0]],
  entries: 1,
  edges: [],
  exits: [{ stage: 0, output: 'out', isRead: true, isTail: false }],
  input: '',
  timed: false,
  opensSplits: false,
  isStateful: false,
  policies: [undefined],
  stopsOnFailure: false,
  limitsMs: undefined,
}

interface Item {
  readonly name: unknown
  readonly does?: 'wait' | 'print'
}

const workers: PoolWorker[] = []
/** As `flags.mjs` wants it; none for a process, which shares no memory. */
let flag: Int32Array<SharedArrayBuffer> | undefined

/** A worker of its own, with the reasons of its deaths between tasks, and how much it had to do each time it had room. */
function makeWorker(isolation: 'thread' | 'process' = 'thread') {
  flag = isolation === 'process' ? undefined : new Int32Array(new SharedArrayBuffer(8))
  const deaths: unknown[] = []
  const options = { isolation, idleTimeoutMs: 10_000, heapLimitMb: undefined }
  const loads: number[] = []
  const onRoom = (): void => void loads.push(worker.load)
  const worker = new PoolWorker(options, false, { onRoom, onDied: (error) => deaths.push(error) })
  workers.push(worker)
  return { worker, deaths, loads }
}

function taskOf({ name, does }: Item): RunTask {
  return {
    kind: 'run',
    version: PROTOCOL_VERSION,
    key: 'flags',
    region,
    activation: 0,
    loads: [{ items: { kind: 'plain', items: [{ name, flag, does }] }, times: undefined, enterAt: -1 }],
    isCareful: false,
    poison: [],
    stateful: undefined,
  }
}

interface SendOptions {
  readonly abort?: AbortController | undefined
  readonly isBound?: boolean
  /** Whether the worker is to know the region already. */
  readonly isKnown?: boolean
}

/** What the worker gave for an item; or why there is nothing. */
async function send(
  worker: PoolWorker,
  item: Item,
  { abort = new AbortController(), isBound = false, isKnown = false }: SendOptions = {},
) {
  try {
    const task = { ...taskOf(item), region: isKnown ? undefined : region }
    const reply: Reply = await worker.run(() => task, abort.signal, undefined, isBound)
    return reply.kind === 'done' ? unpackOutputs(reply.outputs)[0]?.items[0] : reply
  } catch (error) {
    return error
  }
}

function raise(): void {
  if (flag === undefined) return
  Atomics.store(flag, 0, 1)
  Atomics.notify(flag, 0)
}

/** Has the worker begin a task that ends when the flag is raised; in a process, never. */
async function occupy(worker: PoolWorker, abort?: AbortController): Promise<{ occupied: Promise<unknown> }> {
  flag?.fill(0)
  const occupied = send(worker, { name: 'long', does: 'wait' }, { abort })
  while (flag !== undefined && Atomics.load(flag, 1) === 0) await new Promise(setImmediate)
  return { occupied }
}

afterEach(() => {
  raise()
  for (const worker of workers.splice(0)) worker.end()
})

test('two tasks at most, one after the other', async () => {
  const { worker } = makeWorker()
  expect([worker.load, worker.hasRoom]).toEqual([0, true])
  const one = send(worker, { name: 1 })
  expect([worker.load, worker.hasRoom]).toEqual([1, true])
  const other = send(worker, { name: 2 })
  expect([worker.load, worker.hasRoom]).toEqual([2, false])
  expect(await Promise.all([one, other])).toEqual([1, 2])
  expect([worker.load, worker.hasRoom]).toEqual([0, true])
})

test('a worker that was prepared knows the region', async () => {
  const { worker } = makeWorker()
  expect(await send(worker, { name: 1 }, { isKnown: true })).toEqual({ kind: 'unknown' })
  const task = { kind: 'prepare', version: PROTOCOL_VERSION, key: 'flags', region } as const
  const { signal } = new AbortController()
  expect(await worker.prepare(task, signal)).toEqual({ kind: 'ready' })
  expect(await send(worker, { name: 1 }, { isKnown: true })).toBe(1)
  const missing = { ...region, graph: { ...region.graph, key: 'other', url: 'file:///no.mjs' } }
  expect(await worker.prepare({ ...task, key: 'other', region: missing }, signal)).toMatchObject({
    kind: 'failed',
  })
})

test('a process gets one at a time', async () => {
  const { worker } = makeWorker('process')
  const one = send(worker, { name: 1 })
  expect([worker.load, worker.hasRoom]).toEqual([1, false])
  expect(await one).toBe(1)
})

test('what waits is given back once, unless only this worker can run it, and the worker passes over it', async () => {
  const { worker } = makeWorker()
  const { occupied } = await occupy(worker)
  const waiting = send(worker, { name: 'waits' })
  expect([worker.giveBack(), worker.giveBack()]).toEqual([true, false])
  expect(await waiting).toBeInstanceOf(NotRun)
  expect(worker.hasRoom).toBe(false) // it has not passed over it yet
  raise()
  expect(await occupied).toBe('long')
  const bound = send(worker, { name: 'bound' }, { isBound: true })
  const last = send(worker, { name: 'last' }, { isBound: true })
  expect(worker.giveBack()).toBe(false)
  expect(await Promise.all([bound, last])).toEqual(['bound', 'last'])
})

test('to abort what waits costs nobody anything; to abort what runs ends the worker, and what waits runs elsewhere', async () => {
  const { worker } = makeWorker()
  const { occupied } = await occupy(worker)
  const abort = new AbortController()
  const waiting = send(worker, { name: 'waits' }, { abort })
  abort.abort('enough')
  expect(await waiting).toBe('enough')
  raise()
  expect(await occupied).toBe('long')
  const [thread] = liveWorkers()
  const other = new AbortController()
  const { occupied: running } = await occupy(worker, other)
  const bystander = send(worker, { name: 'waits' })
  other.abort('too long')
  expect(await Promise.all([running, bystander])).toEqual(['too long', expect.any(NotRun)])
  expect(await send(worker, { name: 'next' })).toBe('next')
  expect(liveWorkers()).not.toContain(thread)
})

test.each(['thread', 'process'] as const)(
  'a %s that dies is the death of what it was in',
  async (isolation) => {
    const { worker, deaths } = makeWorker(isolation)
    const { occupied } = await occupy(worker)
    const waiting = worker.hasRoom ? send(worker, { name: 'waits' }) : undefined
    for (const live of liveWorkers()) live.kill()
    expect(await occupied).toBeInstanceOf(WorkerDeath)
    if (waiting !== undefined) expect(await waiting).toBeInstanceOf(NotRun)
    expect(deaths).toEqual([])
    expect(await send(worker, { name: 'next' })).toBe('next')
  },
)

test.each(['thread', 'process'] as const)(
  'a %s goes on after what it could not be sent',
  async (isolation) => {
    const { worker } = makeWorker(isolation)
    const refused = send(worker, { name: () => {} })
    // tinypool has both in its queue while the thread starts
    const other = worker.hasRoom ? send(worker, { name: 'other' }) : undefined
    expect(await refused).toMatchObject({ cause: { name: 'DataCloneError' } })
    expect(await refused).toBeInstanceOf(WorkerDeath)
    if (other !== undefined) expect(await other).toBeInstanceOf(NotRun)
    expect(await send(worker, { name: 'next' })).toBe('next')
    expect(worker.load).toBe(0)
  },
)

test('what cannot be sent is the death of nobody else', async () => {
  const { worker } = makeWorker()
  const { occupied } = await occupy(worker)
  const [thread] = liveWorkers()
  expect(await send(worker, { name: () => {} })).toMatchObject({ cause: { name: 'DataCloneError' } })
  raise()
  expect(await occupied).toBe('long')
  expect(liveWorkers()).toContain(thread)
})

test('a worker that is ended, or dies with nothing but tasks that were taken back, has room again', async () => {
  const { worker, deaths, loads } = makeWorker()
  const abort = new AbortController()
  const aborted = send(worker, { name: 1 }, { abort })
  abort.abort('enough')
  expect([await aborted, worker.load, loads]).toEqual(['enough', 1, []])
  for (const live of liveWorkers()) live.kill()
  while (loads.length === 0) await new Promise(setImmediate)
  expect([loads, deaths]).toEqual([[0], [expect.any(Error)]])
  const other = new AbortController()
  const { occupied } = await occupy(worker, other)
  other.abort('too long')
  expect(await occupied).toBe('too long')
  while (loads.length < 2) await new Promise(setImmediate) // it is given a moment to let go
  expect(loads).toEqual([0, 0])
})

test('a reply leaves before the next task begins, also when its term prints', async () => {
  const { worker } = makeWorker()
  expect(await send(worker, { name: 'first' })).toBe('first')
  const printed = send(worker, { name: 'prints', does: 'print' })
  const { occupied } = await occupy(worker)
  expect(await printed).toBe('prints')
  raise()
  expect(await occupied).toBe('long')
})
