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
    params: undefined,
    fingerprint: '',
  },
  stages: [[0]],
  entries: 1,
  edges: [],
  exits: [{ stage: 0, output: 'out', isRead: true }],
  input: '',
  timed: false,
  isStateful: false,
  policies: [undefined],
  stopsOnFailure: false,
  limitsMs: undefined,
}

interface Item {
  readonly name: unknown
  readonly does?: 'wait'
}

const workers: PoolWorker[] = []
/** As `flags.mjs` wants it; none for a process, which shares no memory. */
let flag: Int32Array<SharedArrayBuffer> | undefined

/** A worker of its own, with the reasons of its deaths between tasks. */
function makeWorker(isolation: 'thread' | 'process' = 'thread') {
  flag = isolation === 'process' ? undefined : new Int32Array(new SharedArrayBuffer(8))
  const deaths: unknown[] = []
  const options = { isolation, idleTimeoutMs: 10_000, heapLimitMb: undefined }
  const worker = new PoolWorker(options, false, { onRoom: () => {}, onDied: (error) => deaths.push(error) })
  workers.push(worker)
  return { worker, deaths }
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
  expect(await worker.prepare(task)).toEqual({ kind: 'ready' })
  expect(await send(worker, { name: 1 }, { isKnown: true })).toBe(1)
  const missing = { ...region, graph: { ...region.graph, key: 'other', url: 'file:///no.mjs' } }
  expect(await worker.prepare({ ...task, key: 'other', region: missing })).toMatchObject({ kind: 'failed' })
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

test('what cannot be sent is the death of nobody else', async () => {
  const { worker } = makeWorker()
  const { occupied } = await occupy(worker)
  const [thread] = liveWorkers()
  const refused = await send(worker, { name: () => {} })
  expect(refused).toBeInstanceOf(WorkerDeath)
  expect((refused as WorkerDeath).cause).toMatchObject({ name: 'DataCloneError' })
  raise()
  expect(await occupied).toBe('long')
  expect(liveWorkers()).toContain(thread)
})
