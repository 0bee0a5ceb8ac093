/**
 * `EngineWork`: a task's work in production: core's engine on the task's part of the graph. Its cuts are the engine's
 * snapshots, as in a checkpoint; what is on the edges within the task is part of them.
 */

import {
  CancelledError,
  type Clock,
  type EdgeStats,
  type Ledger,
  type Node,
  type RunOptions,
  TermError,
} from '@millrace/core'
import {
  Engine,
  type EngineSnapshot,
  planGraph,
  type ReadOutput,
  strictKernel,
  systemClock,
} from '@millrace/core/engine'
import { partOf, type TaskPlan } from '../cut/cut.ts'
import type { Failure, ReadPosition, TaskFigures } from '../port/records.ts'
import type { Ended, Surroundings, Work } from '../protocol/work.ts'
import { fromBytes, inPieces, toBytes } from './bytes.ts'
import { figuresOf } from './figures.ts'
import { Inbound } from './inbound.ts'
import { LetterBuffer } from './letters.ts'
import { Outbound } from './outbound.ts'

/** Options of a task's engine: those of a run that hold on every host, as `RunOptions` has them. */
export interface EngineSettings
  extends Pick<RunOptions, 'edges' | 'batchItems' | 'growthLimitItems' | 'cleanupTimeoutMs' | 'strict'> {}

/** Options of a task's engine. */
export interface EngineWorkOptions extends EngineSettings {
  readonly clock?: Clock
  /** Largest piece of a state in one message. */
  readonly pieceBytes: number
}

/** What a task that is done has to report: its sinks' results, and figures, if it has nodes. */
export interface TaskResult {
  readonly results: readonly (readonly [id: string, result: unknown])[]
  readonly figures?: TaskFigures
}

const DEFAULT_BATCH_ITEMS = 1024
const GROWTH_LIMIT_ITEMS = 1_048_576

/** Runs a part of a graph. */
export class EngineWork implements Work {
  readonly #around: Surroundings
  readonly #options: EngineWorkOptions
  readonly #plan: TaskPlan
  readonly #engine: Engine
  readonly #outbound = new Map<string, Outbound>()
  /** The node that stands in for an edge, by the edge. */
  readonly #sources: ReadonlyMap<string, Node>
  /** Index of the stage that begins with an edge's source, by the edge. */
  readonly #stages = new Map<string, number>()
  readonly #letters: LetterBuffer | undefined
  /** Edges that were grown, at most a few times each: capacities double. */
  readonly #stalls: EdgeStats[] = []
  /** All is held, since the edge for dead letters has no room. */
  #isHeld = false
  /** Credit counts no longer. */
  #isFree = false
  /** Settles when every term has exited; at once if nothing was begun. */
  #ended: Promise<unknown> = Promise.resolve()

  constructor(
    plan: TaskPlan,
    state: readonly Uint8Array[] | undefined,
    around: Surroundings,
    options: EngineWorkOptions,
  ) {
    this.#plan = plan
    this.#around = around
    this.#options = options
    const { letters } = plan
    this.#letters =
      letters === undefined ? undefined : new LetterBuffer((payload) => around.write(letters, payload))
    const part = partOf(plan, (edge) => new Inbound(edge, (from) => around.read(edge, from)))
    this.#sources = part.inbound
    const outputs: ReadOutput[] = [...part.outbound].map(([edge, { node, output }]) => {
      const target = {
        hasRoom: () => around.hasRoom(edge),
        write: (payload: Uint8Array) => around.write(edge, payload),
      }
      const reader = new Outbound(node.id, target)
      this.#outbound.set(edge, reader)
      return { node, output, name: edge, reader }
    })
    const cut = planGraph(part.graph, {
      ...(options.strict === true ? { wrap: strictKernel } : {}),
      isRead: (node, output) => outputs.some((read) => read.node === node && read.output === output),
    })
    for (const [edge, source] of part.inbound) {
      this.#stages.set(
        edge,
        cut.stages.findIndex(({ nodes }) => nodes[0] === source),
      )
    }
    const resumeFrom =
      state === undefined ? undefined : (fromBytes(Buffer.concat(state as Uint8Array[])) as EngineSnapshot)
    this.#engine = new Engine(cut, {
      clock: options.clock ?? systemClock,
      edges: options.edges ?? {},
      batchItems: options.batchItems ?? DEFAULT_BATCH_ITEMS,
      growthLimitItems: options.growthLimitItems ?? GROWTH_LIMIT_ITEMS,
      cleanupTimeoutMs: options.cleanupTimeoutMs,
      outputs,
      pick: undefined,
      placement: undefined,
      onGrown: (edge) => void this.#stalls.push(edge),
      stopsOnFailure: false,
      onDeadLetter: (letter) => this.#letters?.add(letter),
      onStopFor: () => {},
      cuts: {
        everyItems: undefined,
        onAsked: () => {},
        onCut: (snapshot, flushed) => this.#onCut(snapshot, flushed),
      },
      ...(resumeFrom === undefined ? {} : { resumeFrom }),
    })
  }

  async run(): Promise<Ended> {
    const running = this.#engine.run(() => undefined)
    this.#ended = running.catch(() => undefined)
    await running
    for (const outbound of this.#outbound.values()) {
      outbound.free()
      outbound.flush()
    }
    this.#letters?.flush()
    const results = [...this.#engine.results].map(([{ id }, result]): [string, unknown] => [id, result])
    const state = this.#bytes({ results, figures: this.figures() } satisfies TaskResult, 'a result')
    return { state, ...this.#figures() }
  }

  /** All of this happens at the instant of the cut: states change with the next item. */
  #onCut(snapshot: EngineSnapshot, flushed: Promise<unknown>): Promise<boolean> {
    try {
      for (const outbound of this.#outbound.values()) outbound.flush()
      this.#letters?.flush()
      this.#holdWithoutRoom()
      const inputs: Record<string, ReadPosition> = {}
      for (const [edge, at] of this.#stages) {
        const position = positionIn(snapshot, at)
        if (position !== undefined) inputs[edge] = position
      }
      const state = this.#bytes(snapshot, 'the state')
      return this.#around.onCut({ state, inputs, flushed, ...this.#figures() })
    } catch (error) {
      this.#engine.fail(error)
      return Promise.resolve(false)
    }
  }

  /** What crosses between tasks is neither in nor out. */
  #figures(): { readonly ledger: Ledger; readonly crossed: Record<string, number> } {
    const { items, nodes } = this.#engine.stats()
    const given = new Map(nodes.map(({ id, out }) => [id, out]))
    const taken = [...this.#sources].map(([edge, { id }]): [string, number] => [edge, given.get(id) ?? 0])
    const left = [...this.#outbound].map(([edge, { delivered }]): [string, number] => [edge, delivered])
    const sum = (counts: readonly [string, number][]): number =>
      counts.reduce((all, [, count]) => all + count, 0)
    return {
      ledger: { ...items, in: items.in - sum(taken), out: items.out - sum(left) },
      crossed: Object.fromEntries([...taken, ...left]),
    }
  }

  #bytes(value: unknown, what: string): Uint8Array[] {
    const names = this.#plan.nodes.map(({ id }) => `"${id}"`).join(', ')
    return inPieces(toBytes(value, `${what} of ${names}`), this.#options.pieceBytes)
  }

  figures(): TaskFigures {
    const inbound = new Map([...this.#sources].map(([edge, { id }]) => [edge, id]))
    return figuresOf(this.#engine.stats(), this.#stalls, this.#plan, { inbound })
  }

  /**
   * Dead letters cannot wait for credit where they come up: a stage in the middle of an item is at no place where it can be
   * saved, and credit comes of being saved. So all of the task is held from the cut on that finds the edge without room.
   */
  #holdWithoutRoom(): void {
    const { letters } = this.#plan
    this.#isHeld = letters !== undefined && !this.#isFree && !this.#around.hasRoom(letters)
    if (this.#isHeld) this.#engine.pause()
    else this.#engine.resume()
  }

  cut(): void {
    this.#engine.cut()
    // one that is held has its cut, too, and is held again by it
    if (this.#isHeld) this.#engine.resume()
  }

  onRoom(): void {
    this.#holdWithoutRoom()
    try {
      for (const outbound of this.#outbound.values()) outbound.take()
    } catch (error) {
      // whoever tells of room is not to blame for an item that is no data
      this.#engine.fail(error)
    }
  }

  onClosed(edge: string): void {
    if (edge === this.#plan.letters) this.#holdWithoutRoom()
    this.#outbound.get(edge)?.close()
  }

  stop(): void {
    if (this.#plan.reads.length > 0) return
    // no commit can free credit any more
    for (const outbound of this.#outbound.values()) outbound.free()
    this.#isFree = true
    this.#holdWithoutRoom()
    this.#engine.stop()
  }

  async dispose(): Promise<void> {
    this.#engine.fail(new CancelledError('its task has another owner now'))
    await this.#ended
  }
}

/** Where a source stands in a snapshot of its stage; `undefined` if it has not begun. */
function positionIn(snapshot: EngineSnapshot, stage: number): ReadPosition | undefined {
  const saved = snapshot.stages[stage]
  const own = saved?.own as
    | { readonly source?: { readonly at?: ReadPosition }; readonly closed: boolean }
    | undefined
  const at = own?.source?.at
  if (saved?.isDone === true || own?.closed === true) return { ...(at ?? CLOSED), closed: true }
  return at
}

const CLOSED: ReadPosition = { transaction: 1, chunk: 0, sequence: 1, bytes: 0, closed: true }

/** What the other hosts are told of a failure. */
export function failureOf(error: unknown): Failure {
  const term = error instanceof TermError ? error.term : 'a task'
  const cause = error instanceof TermError ? (error.cause ?? error) : error
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  return { term, code: typeof code === 'string' ? code : 'TERM_FAILED', message: String(message ?? cause) }
}
