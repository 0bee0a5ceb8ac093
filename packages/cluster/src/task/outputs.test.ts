// What an output gives comes to the program once, whoever dies, also if its own task has to begin again; and a reader that
// leaves ends the task.

import { type AnyTerm, BatchSourceTerm, compileGraph, parallel } from '@millrace/core'
import { type Edge, OutputReader, type PortReader } from '@millrace/core/engine'
import { countOf, fromIterable, keyBy, map, merge, mergeByTime, tumblingWindow } from '@millrace/terms'
import { expect, test } from 'vitest'
import { Cluster, type Make } from '../../test/cluster.ts'
import { cutGraph } from '../cut/cut.ts'
import type { ReadPosition } from '../port/records.ts'
import { CALLER } from '../protocol/assign.ts'
import { ProgramOutput } from './program-target.ts'

const COUNT = 20_000

const open: Make = () => {
  const numbers = fromIterable(Array.from({ length: COUNT }, (_, n) => n))
  const term = numbers.pipe(
    keyBy(
      (n) => n % 5,
      () => map((n: number) => n),
      { partitions: 3 },
    ),
  )
  return { term: term as unknown as AnyTerm, sink: {} }
}

/** Takes items one by one, a few in each turn of the event loop. */
class SlowReader implements PortReader {
  readonly items: unknown[] = []
  readonly #atOnce: number
  readonly #onItem: () => void
  #edge: Edge | undefined
  #look: () => void = () => {}
  isWaiting = false
  delivered = 0

  constructor(atOnce: number, onItem: () => void) {
    this.#atOnce = atOnce
    this.#onItem = onItem
  }

  attach(edge: Edge, look: () => void): void {
    this.#edge = edge
    this.#look = look
    edge.reader = this
  }

  wake(): void {}

  onReaderGone(): void {}

  onItems(): void {
    if (this.isWaiting) return
    this.isWaiting = true
    setImmediate(() => this.#take())
  }

  #take(): void {
    this.isWaiting = false
    const edge = this.#edge as Edge
    for (let n = 0; n < this.#atOnce && edge.items > 0; n++) {
      this.items.push(edge.head?.items[edge.at])
      edge.consume(1)
      this.#look()
      this.#onItem()
    }
    if (edge.items > 0) this.onItems()
  }

  leave(): void {
    this.isWaiting = true
    this.#edge?.close()
  }
}

/** Gives one item, and then nothing until it may end. */
class Quiet extends BatchSourceTerm<number> {
  readonly #item: number
  readonly #released: Promise<void>

  constructor(item: number, released: Promise<void>) {
    super()
    this.name = 'quiet'
    this.#item = item
    this.#released = released
  }

  override batches(): AsyncIterable<readonly number[]> {
    return this.#from([this.#item])
  }

  override position(): true {
    return true
  }

  override seek(): AsyncIterable<readonly number[]> {
    return this.#from([])
  }

  async *#from(first: readonly number[]): AsyncGenerator<readonly number[], void, undefined> {
    if (first.length > 0) yield first
    await this.#released
  }
}

function reading(atOnce: number, onItem: (reader: SlowReader) => void, make: Make = open) {
  const [output] = compileGraph(make().term).outputs
  if (output === undefined) throw new Error('the graph has no output')
  const reader: SlowReader = new SlowReader(atOnce, () => onItem(reader))
  return { reader, outputs: new Map([['out', new ProgramOutput({ ...output, reader })]]) }
}

test('each item once, though hosts and the task that hands them over begin again', async () => {
  const cluster = new Cluster(open)
  let onSome: () => void = () => {}
  const some = new Promise<void>((resolve) => {
    onSome = resolve
  })
  const { reader, outputs } = reading(40, ({ items }) => {
    if (items.length === 3000) onSome()
  })
  const first = cluster.joinWith([CALLER], undefined, outputs)
  const host = cluster.join()
  await some
  first.kill()
  host.kill()
  const second = cluster.joinWith([CALLER], undefined, outputs)
  cluster.join()
  expect(await second.done).toBe('completed')
  await expect.poll(() => reader.items.length).toBe(COUNT)
  expect([...(reader.items as number[])].sort((a, b) => a - b)).toEqual(
    Array.from({ length: COUNT }, (_, n) => n),
  )
})

test('a reader that leaves ends what writes for it alone', async () => {
  const cluster = new Cluster(open)
  const { reader, outputs } = reading(40, (one) => {
    if (one.items.length === 100) one.leave()
  })
  const caller = cluster.joinWith([CALLER], undefined, outputs)
  cluster.join()
  expect(await caller.done).toBe('completed')
  expect(reader.items.length).toBe(100)
})

test('a run ends though its last items are not read yet', async () => {
  const few: Make = () => ({ term: fromIterable([1, 2, 3]) as unknown as AnyTerm, sink: {} })
  const [output] = compileGraph(few().term).outputs
  if (output === undefined) throw new Error('the graph has no output')
  const reader = new OutputReader()
  const handed = new ProgramOutput({ ...output, reader })
  const cluster = new Cluster(few)
  const caller = cluster.joinWith([CALLER], undefined, new Map([['out', handed]]))
  cluster.join()
  expect(await caller.done).toBe('completed')
  handed.end()
  const rows: unknown[] = []
  for await (const row of reader) rows.push(row)
  expect(rows).toEqual([1, 2, 3])
})

test('an item counts as taken once the next one is asked for', async () => {
  const [output] = compileGraph(open().term).outputs
  if (output === undefined) throw new Error('the graph has no output')
  const reader = new OutputReader()
  const handed = new ProgramOutput({ ...output, reader })
  const { signal } = new AbortController()
  const taken: string[] = []
  const add = async (chunk: number, items: readonly unknown[]): Promise<void> => {
    const position = { sequence: chunk, transaction: 1, chunk, closed: 0 } as unknown as ReadPosition
    const lying = await handed.add(items, { edge: 'edge', position, signal })
    void lying?.taken.then(() => taken.push(`chunk ${chunk}`))
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const waiting = reader.next()
  await add(0, [1, 2])
  await waiting
  await reader.next()
  await turn()
  expect(taken).toEqual([])
  const third = reader.next()
  await turn()
  expect(taken).toEqual(['chunk 0'])
  await add(1, [3])
  await third
  await add(1, [3]) // by the next owner of the task, before it was taken
  await turn()
  expect(taken).toEqual(['chunk 0'])
  await reader.return()
  await turn()
  expect(taken).toEqual(['chunk 0', 'chunk 1', 'chunk 1'])
})

test('an open output has a task of its own, at the command', () => {
  const tasks = cutGraph(compileGraph(open().term))
  const [reads] = tasks.filter(({ takesOutput }) => takesOutput === 'out')
  expect(reads).toMatchObject({ label: CALLER, nodes: [], outputs: [] })
  expect(tasks.filter(({ outputs }) => outputs.includes(reads?.inputs[0] as string))).toHaveLength(1)
})

test('all comes though one source is quiet for good, and with it the partition of its keys', async () => {
  let release: () => void = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const idle: Make = () => {
    const busy = fromIterable(Array.from({ length: 100 }, (_, at) => at))
    // what is behind this item waits until its source counts as idle
    const quiet = new Quiet(50, released)
    const term = parallel({ busy, quiet }).pipe(
      mergeByTime((at: number) => at, { idleMs: 50 }),
      keyBy((at) => at % 2, countedWindows, { partitions: 2 }),
    )
    return { term: term as unknown as AnyTerm, sink: {} }
  }
  const { reader, outputs } = reading(40, () => undefined, idle)
  const cluster = new Cluster(idle)
  const caller = cluster.joinWith([CALLER], undefined, outputs)
  cluster.join()
  // whether an item is late is a matter of the clock; that it leaves is not
  const counted = (): number =>
    (reader.items as { value: number }[]).reduce((sum, { value }) => sum + value, 0)
  // the last windows, too: nothing comes that would end them
  await expect.poll(counted).toBe(101)
  release()
  expect(await caller.done).toBe('completed')
  expect(counted()).toBe(101)
})

/** Windows, and a window of one for each item that was late. */
function countedWindows() {
  const counts = tumblingWindow({
    sizeMs: 10,
    time: (at: number) => at,
    aggregate: countOf(),
    late: 'port',
    idleMs: 300,
  })
  const late = counts.port('late').pipe(map((at: number) => ({ start: at, end: at + 1, value: 1 })))
  return parallel({ windows: counts.port('windows'), late }).pipe(merge())
}
