/** The contract of a substrate: what `substrate.ts` promises, run on every implementation. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { BEGIN, type Chunk, type Commit, type Marker, type Report } from './records.ts'
import type { Received, Substrate, Tail } from './substrate.ts'

/** A run's log that two hosts share. */
export interface SharedLog {
  /** A host's access to it. */
  open(): Promise<Substrate>
  /** Removes all of it. */
  remove(): Promise<void>
}

/** Edges and tasks that the suite uses. */
export const EDGES = ['a', 'b']

/** Runs the contract's tests. */
export function describeSubstrate(makeLog: () => Promise<SharedLog>): void {
  let log: SharedLog
  let one: Substrate
  let two: Substrate
  beforeEach(async () => {
    log = await makeLog()
    one = await log.open()
    two = await log.open()
  })
  afterEach(async () => {
    await one.close()
    await two.close()
    await log.remove()
  })

  const commit = (task: string, number: number): Commit => ({
    task,
    epoch: 1,
    number,
    nonce: `${task} ${number}`,
    owner: 'one',
    phase: 'running',
    inputs: { a: { ...BEGIN, bytes: 7 } },
    outputs: { b: { epoch: 1, transaction: 2, count: 3, bytes: 4, end: false } },
  })

  test('a chain has one history: of two that expect the same record one is refused', async () => {
    expect(await one.tail('t')).toBeUndefined()
    const first = await one.append(commit('t', 1), 0)
    await expect(two.append(commit('t', 2), 0)).rejects.toMatchObject({ code: 'FENCED' })
    const second = await two.append(commit('t', 3), first)
    expect(second).toBeGreaterThan(first)
    const tries = await Promise.allSettled([
      one.append(commit('t', 4), second),
      two.append(commit('t', 5), second),
    ])
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const tail = (await one.tail('t')) as Tail
    expect(tail).toEqual(await two.tail('t'))
    expect(tail.commit).toEqual(commit('t', tries[0]?.status === 'fulfilled' ? 4 : 5))
  })

  test('chains of other tasks do not matter', async () => {
    await one.append(commit('t', 1), 0)
    const other = await one.append(commit('u', 1), 0)
    await one.append(commit('u', 2), other)
    expect((await two.tail('t'))?.commit.number).toBe(1)
    expect((await two.tail('u'))?.commit.number).toBe(2)
  })

  test('a watch tells of the newest commits, then of those to come', async () => {
    const first = await one.append(commit('t', 1), 0)
    const second = await one.append(commit('t', 2), first)
    const seen: string[] = []
    let wake: () => void = () => {}
    const stop = await two.watch(({ commit: { nonce } }) => {
      seen.push(nonce)
      wake()
    })
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) await new Promise<void>((resolve) => void (wake = resolve))
    }
    await until(1)
    await one.append(commit('t', 3), second)
    await one.append(commit('u', 1), 0)
    await until(3)
    stop()
    expect(seen).toEqual(['t 2', 't 3', 'u 1'])
  })

  const chunk = (index: number, payload = `${index}`): Chunk => ({
    kind: 'chunk',
    epoch: 1,
    transaction: 1,
    index,
    more: false,
    payload: Buffer.from(payload),
  })
  const marker: Marker = { kind: 'marker', epoch: 1, transaction: 1, count: 3, end: true }

  async function take(from: Substrate, edge: string, at: number, count: number): Promise<Received[]> {
    const abort = new AbortController()
    const found: Received[] = []
    for await (const received of from.read(edge, at, abort.signal)) {
      found.push(received)
      if (found.length === count) abort.abort()
    }
    return found
  }

  const texts = (received: readonly Received[]): string[] =>
    received.map(({ message }) =>
      message.kind === 'marker' ? `count ${message.count}` : Buffer.from(message.payload).toString(),
    )

  test('an edge keeps what was sent, in order, for whoever reads from where', async () => {
    const reading = take(two, 'a', 1, 4)
    for (const index of [0, 1, 2]) await one.send('a', chunk(index))
    await one.send('a', marker)
    await one.send('b', chunk(9))
    const all = await reading
    expect(texts(all)).toEqual(['0', '1', '2', 'count 3'])
    expect(all[0]?.message).toMatchObject({ kind: 'chunk', epoch: 1, transaction: 1, index: 0, more: false })
    expect(all[3]?.message).toEqual(marker)
    expect(texts(await take(one, 'a', all[2]?.sequence as number, 2))).toEqual(['2', 'count 3'])
  })

  test('what is purged is gone, the rest stays where it was', async () => {
    for (const index of [0, 1, 2]) await one.send('a', chunk(index))
    const all = await take(one, 'a', 1, 3)
    await two.purge('a', all[0]?.sequence as number)
    expect(await take(one, 'a', 1, 3)).toEqual(all)
    await two.purge('a', all[1]?.sequence as number)
    expect(await take(one, 'a', 1, 2)).toEqual(all.slice(1))
    await two.purge('a', Number.MAX_SAFE_INTEGER)
    await one.send('a', chunk(3))
    expect(texts(await take(one, 'a', 1, 1))).toEqual(['3'])
  })

  test('a chunk of half a megabyte arrives whole', async () => {
    const payload = 'x'.repeat(1 << 19)
    await one.send('a', chunk(0, payload))
    expect(texts(await take(two, 'a', 1, 1))).toEqual([payload])
  })

  test('pieces of a state are kept until they are dropped', async () => {
    const first = await one.saveState('t', [Buffer.from('one'), Buffer.from('two')])
    const second = await one.saveState('t', [Buffer.from('three')])
    const others = await one.saveState('u', [Buffer.from('four')])
    const load = async (task: string, sequences: readonly number[]): Promise<string[]> =>
      (await two.loadState(task, sequences)).map((piece) => Buffer.from(piece).toString())
    // nothing lies below the first
    await one.dropState('t', first[0] as number)
    expect(await load('t', [...first, ...second])).toEqual(['one', 'two', 'three'])
    await one.dropState('t', second[0] as number)
    expect(await load('t', second)).toEqual(['three'])
    expect(await load('u', others)).toEqual(['four'])
    await expect(two.loadState('t', first)).rejects.toMatchObject({ code: 'CLUSTER_LOG_BROKEN' })
  })

  test('members and commands get there in the end', async () => {
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, 5))
    }
    await one.beat({ name: 'h1', labels: ['caller'], beat: 1 })
    await one.beat({ name: 'h2', labels: [], beat: 1 })
    await one.beat({ name: 'h1', labels: ['caller'], beat: 2 })
    await until(async () => (await two.members()).find(({ name }) => name === 'h1')?.beat === 2)
    expect((await two.members()).find(({ name }) => name === 'h1')).toEqual({
      name: 'h1',
      labels: ['caller'],
      beat: 2,
    })
    await one.leave('h1')
    await until(async () => (await two.members()).length === 1)
    expect(await two.commanded()).toBe('run')
    await one.command('stop')
    await until(async () => (await two.commanded()) === 'stop')
  })

  test('the newest report of each member is there until it leaves', async () => {
    const failures = { total: 0, error: 0, timeout: 0, worker: 0, circuit: 0 }
    const none = { ...failures, retries: 0, fallbacks: 0, deadLettered: 0, byTerm: {} }
    const report = (member: string, epoch: number): Report => {
      const figures = { elapsedMs: 5, busyMs: 1, nodes: [], stages: [], edges: [], failures: none, grown: 0 }
      return { member, tasks: [{ task: 't', epoch, figures }] }
    }
    const until = async (count: number, epoch: number): Promise<readonly Report[]> => {
      for (;;) {
        const found = await two.reports()
        if (found.length === count && found.every(({ tasks }) => tasks[0]?.epoch === epoch)) return found
        await new Promise((resolve) => void setTimeout(resolve, 5))
      }
    }
    await one.report(report('h1', 1))
    await one.report(report('h1', 2))
    expect(await until(1, 2)).toEqual([report('h1', 2)])
    await one.leave('h1')
    expect(await until(0, 0)).toEqual([])
  })

  test('a run that is told to stop goes on to its end; only giving up is more', async () => {
    const said = ['pause', 'run', 'stop', 'pause', 'run', 'stop', 'cancel', 'stop', 'run'] as const
    const holds: string[] = []
    for (const command of said) holds.push(await one.command(command))
    expect(holds).toEqual(['pause', 'run', 'stop', 'stop', 'stop', 'stop', 'cancel', 'cancel', 'cancel'])
  })
}
