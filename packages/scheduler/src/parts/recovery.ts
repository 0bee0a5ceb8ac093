/**
 * `Recovery`: begins parts anew whose threads were lost, from their last snapshots. Made by `PartsPlacement`.
 *
 * It gives up on a part that cannot be saved, and on one that is lost again and again without getting any further.
 */

import type { EdgePlace, StagePlan } from '@millrace/core/engine'
import { WorkerLostError } from '../errors.ts'
import { Casualties } from '../remote/casualties.ts'
import { exceededLimit } from '../remote/hang-watch.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import type { HostThread } from '../threads/host-thread.ts'
import type { EdgeBoard } from './edge-board.ts'
import { InboundEdge } from './inbound-edge.ts'
import type { Loaded, Part } from './part.ts'
import { Snapshots } from './snapshots.ts'

/** A part may be lost so often before one of its stages, or of the readers of their edges, has got any further ... */
const MOST_FRUITLESS = 4
/** ... and so often if its threads end without an error: then somebody may have ended them. */
const MOST_ENDED = 10
/** Between two looks whether there is a thread to be had. */
const PROBE_MS = 50
const MOST_PROBES = 200

/** What a recovery asks of the run. */
export interface RecoveryHost {
  readonly board: EdgeBoard
  /** A thread for a part that has lost its own, if there is one now. */
  takeThread(): Promise<HostThread | undefined>
  letGo(thread: HostThread): void
  /** Has another thread be ready for the next loss. */
  prepare(): void
  /** Has the part load its graphs. Rejects with what must end the run. */
  load(part: Part): Promise<Loaded>
  /** Has the part make its stages, and connects it to all others. */
  rewire(part: Part): void
  fail(error: unknown): void
}

/** How often a part was lost since it last got further. */
interface Record {
  progress: number
  fruitless: number
}

/** Brings parts back. */
export class Recovery {
  readonly snapshots = new Snapshots()
  readonly #host: RecoveryHost
  readonly #records = new Map<Part, Record>()
  readonly #casualties = new Map<Part, Casualties>()

  constructor(host: RecoveryHost) {
    this.#host = host
  }

  /** Its thread is gone. `cause` is what it died of. Begins the part anew, or fails the run. */
  onLost(part: Part, cause: unknown): void {
    this.#blame(part, cause)
    const error = this.#count(part, cause)
    if (error !== undefined) this.#giveUp(part, error)
    else void this.#revive(part, cause)
  }

  /** How often threads of the part were lost, and which calls are to blame. */
  casualtiesOf(part: Part): Casualties {
    const known = this.#casualties.get(part)
    if (known !== undefined) return known
    const casualties = new Casualties()
    this.#casualties.set(part, casualties)
    return casualties
  }

  /** A call that is found out is not made again, which gets the part further. Whether to go on `#count` says. */
  #blame(part: Part, cause: unknown): void {
    const { notes } = part.thread
    const casualties = this.casualtiesOf(part)
    const known = casualties.poison.length
    casualties.add(new WorkerDeath(cause, { notes, timeoutMs: exceededLimit(notes) }))
    if (casualties.poison.length > known) this.#records.delete(part)
  }

  /** Counts a loss. Returns why it is the last. */
  #count(part: Part, cause: unknown): WorkerLostError | undefined {
    if (part.unsavable !== undefined) {
      return this.#error(part, cause, `Its terms cannot be run again: ${part.unsavable}.`)
    }
    const progress = this.#progressOf(part)
    const record = this.#records.get(part)
    const fruitless = record === undefined || progress > record.progress ? 1 : record.fruitless + 1
    this.#records.set(part, { progress, fruitless })
    const isEnded = (cause as { readonly code?: unknown } | undefined)?.code === 'WORKER_ENDED'
    if (fruitless < (isEnded ? MOST_ENDED : MOST_FRUITLESS)) return undefined
    return this.#error(part, cause, `They were begun anew ${fruitless - 1} times, and got no further.`)
  }

  #error(part: Part, cause: unknown, note: string): WorkerLostError {
    const terms = part.stages.flatMap(({ nodes }) => nodes.map(({ id }) => id))
    return new WorkerLostError(terms, undefined, cause, note)
  }

  #giveUp(part: Part, error: unknown): void {
    part.abandon()
    this.#host.fail(error)
  }

  /** A number that grows when something of the part is done for good. */
  #progressOf(part: Part): number {
    let sum = 0
    this.#host.board.edges.forEach(({ writer, reader, edge }, index) => {
      if (writer !== part.host && reader !== part.host) return
      sum += edge instanceof InboundEdge ? edge.received : (this.snapshots.readerOf(index)?.consumed ?? 0)
    })
    for (const { index } of part.stages) if (this.snapshots.savedOf(index)?.phase !== undefined) sum++
    return sum
  }

  async #revive(part: Part, lost: unknown): Promise<void> {
    let cause = lost
    try {
      for (;;) {
        const thread = await this.#thread(part)
        if (part.hasEnded) return
        if (thread === undefined) {
          this.#giveUp(part, this.#error(part, cause, 'No thread was to be had in its place.'))
          return
        }
        part.moveTo(thread)
        const loaded = await this.#host.load(part)
        if (part.hasEnded) return
        if (loaded.kind === 'loaded') break
        if (loaded.kind === 'lost') cause = loaded.cause
        const error = this.#count(part, cause)
        if (error !== undefined) {
          this.#giveUp(part, error)
          return
        }
      }
      this.#host.rewire(part)
      this.#host.prepare()
    } catch (error) {
      this.#giveUp(part, error)
    }
  }

  /** Waits for a thread, which others may give back, or the machine may grant later. */
  async #thread(part: Part): Promise<HostThread | undefined> {
    for (let probe = 0; probe < MOST_PROBES && !part.hasEnded; probe++) {
      const thread = await this.#host.takeThread()
      if (thread !== undefined) {
        if (!part.hasEnded) return thread
        this.#host.letGo(thread)
        return undefined
      }
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS))
    }
    return undefined
  }

  /** What is lost again with the thread that hosts these stages; `undefined` if nothing is. */
  static whyUnsavable(stages: readonly StagePlan[]): string | undefined {
    for (const { kind, nodes } of stages) {
      const [node] = nodes
      const id = `"${node?.id}"`
      if (kind === 'stream') return `${id} is a coroutine, whose place in its code nobody can save`
      if (kind !== 'fused') return `${id} has several calls under way at once`
    }
    return undefined
  }

  /** Why a part that writes to this edge cannot begin anew, if it cannot. */
  static whyUnsavableEdge({ from }: EdgePlace, overflow: string | undefined): string | undefined {
    if (overflow === undefined || overflow === 'block') return undefined
    return `nobody can tell which items of "${from.id}" its edge has dropped`
  }
}
