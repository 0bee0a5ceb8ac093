/**
 * Work for the model test: a source that gives numbered items by key, tasks that count and sum per key, and a sink that
 * keeps what it got. All that they know is in their state; each step is drawn by the simulation.
 */

import type { ReadPosition } from '../port/records.ts'
import type { CommittedChunk } from '../protocol/read-committed.ts'
import type { Ended, Surroundings, TaskShape, Work } from '../protocol/work.ts'

/** What the source gives: item `n` has key `n % keys`. */
export interface ModelJob {
  readonly items: number
  readonly keys: number
  readonly partitions: number
}

/** What a sink gets: the n-th item of a key, and the sum so far. */
export type ModelRow = readonly [key: number, count: number, sum: number]

interface State {
  next: number
  taken: number
  given: number
  sums: Record<string, [count: number, sum: number]>
  rows: ModelRow[]
  /** Rows for which there was no room. */
  held: ModelRow[]
  inputs: Record<string, ReadPosition>
}

/** The tasks of a job: `source`, `keyed0` and on, `sink`. */
export function modelTasks({ partitions }: ModelJob): TaskShape[] {
  const at = Array.from({ length: partitions }, (_, i) => i)
  return [
    { name: 'source', inputs: [], outputs: at.map((i) => `in${i}`) },
    ...at.map((i) => ({ name: `keyed${i}`, inputs: [`in${i}`], outputs: [`out${i}`] })),
    { name: 'sink', inputs: at.map((i) => `out${i}`), outputs: [] },
  ]
}

/** What must come of it, key by key. */
export function modelAnswer({ items, keys }: ModelJob): ModelRow[] {
  const sums = new Map<number, [number, number]>()
  return Array.from({ length: items }, (_, n) => {
    const [count, sum] = sums.get(n % keys) ?? [0, 0]
    sums.set(n % keys, [count + 1, sum + n])
    return [n % keys, count + 1, sum + n]
  })
}

/** The work of one task. `turn` resolves when the simulation lets it do a step. */
export class ModelWork implements Work {
  readonly #job: ModelJob
  readonly #task: TaskShape
  readonly #around: Surroundings
  readonly #turn: () => Promise<void>
  readonly #state: State
  readonly #inbox: { edge: string; chunk: CommittedChunk }[] = []
  #open = 0
  #isAsked = false
  #isCutting = false
  #isStopped = false
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  #wake: () => void = () => {}

  constructor(
    job: ModelJob,
    task: TaskShape,
    state: readonly Uint8Array[] | undefined,
    around: Surroundings,
    turn: () => Promise<void>,
  ) {
    this.#job = job
    this.#task = task
    this.#around = around
    this.#turn = turn
    this.#state =
      state === undefined
        ? { next: 0, taken: 0, given: 0, sums: {}, rows: [], held: [], inputs: {} }
        : (JSON.parse(Buffer.concat(state as Uint8Array[]).toString()) as State)
  }

  async run(): Promise<Ended> {
    for (const edge of this.#task.inputs) {
      this.#pump(edge).catch((error: unknown) => {
        this.#failure = { error }
        this.#wake()
      })
    }
    while (!this.#isOver) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await this.#turn()
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#isAsked && !this.#isCutting) this.#cut()
      const isDone = this.#task.inputs.length === 0 ? this.#give() : this.#take()
      if (isDone) return { state: [this.#saved()] }
      if (!this.#isReady) await changed
    }
    return new Promise(() => {})
  }

  get #isReady(): boolean {
    if (this.#failure !== undefined || (this.#isAsked && !this.#isCutting)) return true
    const [row] = this.#state.held
    if (row !== undefined) return this.#around.hasRoom(this.#task.outputs[0] as string)
    return this.#task.inputs.length === 0 ? this.#around.hasRoom(this.#target) : this.#inbox.length > 0
  }

  get #target(): string {
    const { keys, partitions } = this.#job
    return `in${(this.#state.next % keys) % partitions}`
  }

  async #pump(edge: string): Promise<void> {
    this.#open++
    for await (const chunk of this.#around.read(edge, this.#state.inputs[edge])) {
      if (this.#isOver) return
      this.#inbox.push({ edge, chunk })
      this.#wake()
    }
    this.#open--
    this.#wake()
  }

  #give(): boolean {
    const state = this.#state
    if (state.next === this.#job.items || this.#isStopped) return true
    if (!this.#around.hasRoom(this.#target)) return false
    this.#around.write(this.#target, Buffer.from(String(state.next)))
    state.next++
    state.given++
    return state.next === this.#job.items
  }

  #take(): boolean {
    const state = this.#state
    const [out] = this.#task.outputs
    while (out !== undefined && state.held.length > 0 && this.#around.hasRoom(out)) {
      this.#around.write(out, Buffer.from(JSON.stringify(state.held.shift())))
      state.given++
    }
    if (state.held.length > 0) return false
    const next = this.#inbox.shift()
    if (next === undefined) return this.#open === 0
    state.inputs[next.edge] = next.chunk.position
    state.taken++
    const item = JSON.parse(Buffer.from(next.chunk.payload).toString()) as number | ModelRow
    if (typeof item !== 'number') state.rows.push(item)
    else {
      const key = item % this.#job.keys
      const [count, sum] = state.sums[key] ?? [0, 0]
      state.sums[key] = [count + 1, sum + item]
      state.held.push([key, count + 1, sum + item])
      this.#wake()
    }
    return false
  }

  #saved(): Uint8Array {
    return Buffer.from(JSON.stringify(this.#state))
  }

  #cut(): void {
    this.#isAsked = false
    this.#isCutting = true
    const cut = { state: [this.#saved()], inputs: { ...this.#state.inputs } }
    void this.#around.onCut(cut).then(() => {
      this.#isCutting = false
      this.#wake()
    })
  }

  cut(): void {
    this.#isAsked = true
    this.#wake()
  }

  onRoom(): void {
    this.#wake()
  }

  onClosed(): void {
    this.#wake()
  }

  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  async dispose(): Promise<void> {
    this.#isOver = true
    this.#wake()
  }
}

/** The rows that a sink's state holds, and how many items it counted. */
export function rowsOf(state: readonly Uint8Array[]): { readonly rows: ModelRow[]; readonly taken: number } {
  return JSON.parse(Buffer.concat(state as Uint8Array[]).toString()) as State
}
