/**
 * `Saver`: decides when the stages of a part are saved, and sends the snapshots to the caller's thread. Made by
 * `PartRunner`, called by `HostedStage`.
 *
 * What is posted to a port lies at its other end at once, also if the poster dies right after. So nothing is waited for:
 * it is enough that a snapshot is posted before what depends on it.
 */

import { performance } from 'node:perf_hooks'
import { messageOf } from '@millrace/core'
import { Uncarriable } from '@millrace/core/engine'
import { type BackedEdge, MOST_UNSAVED_BYTES, MOST_UNSAVED_ITEMS } from './backed-edge.ts'
import type { HostedStage, StageSaver } from './hosted-stage.ts'
import { InboundEdge } from './inbound-edge.ts'
import type { Reply } from './protocol.ts'
import { RecordedMerge } from './recorded-merge.ts'

/** Between two snapshots of a stage, at least ... */
const REST_MS = 50
/** ... but for the first: a worker that is lost again soon has got somewhere. */
const FIRST_REST_MS = 10
/** Snapshots take at most this share of a part's time, unless they must be taken. */
const MAX_SHARE = 0.05
/** The fewer of a stage's items its readers might ask for again, the smaller its snapshot: it waits for theirs so long. */
const PATIENCE = 4

/** What is known of a stage's last snapshot. */
interface Last {
  at: number
  restMs: number
  items: number
  bytes: number
}

/** Saves the stages of one part. */
export class Saver implements StageSaver {
  readonly #reply: (reply: Reply) => void
  readonly #indexOf = new Map<BackedEdge, number>()
  readonly #stages = new Map<HostedStage, Last>()
  /** Whether snapshots are of use; else only what is needed to close edges is told. */
  #isOn: boolean

  constructor(reply: (reply: Reply) => void, isOn: boolean) {
    this.#reply = reply
    this.#isOn = isOn
  }

  /** Gives an edge within the part its number. */
  number(edge: BackedEdge, index: number): void {
    this.#indexOf.set(edge, index)
  }

  numberOf(edge: BackedEdge): number {
    return this.#indexOf.get(edge) as number
  }

  before(stage: HostedStage): void {
    if (!this.#isOn) return
    if (this.#holdsBack(stage)) for (const edge of stage.outbound) edge.isHeldBack = true
    this.#saveIfDue(stage)
  }

  #saveIfDue(stage: HostedStage): void {
    if (!stage.isAtRest) return
    const last = this.#lastOf(stage)
    const { items, bytes } = stage.consumed
    if (items === last.items) return
    const isUrgent = items - last.items >= MOST_UNSAVED_ITEMS || bytes - last.bytes >= MOST_UNSAVED_BYTES
    if (!isUrgent) {
      const elapsed = performance.now() - last.at
      if (elapsed < last.restMs) return
      const isEarly = stage.outlet.edges.some((edge) => {
        const { isBacked, isFresh, closed } = edge as BackedEdge
        return isBacked && !isFresh && !closed
      })
      if (isEarly && elapsed < PATIENCE * last.restMs) return
    }
    this.#save(stage)
  }

  after(stage: HostedStage): void {
    this.#tellOrder(stage)
    const edges = stage.inlet.edges as readonly (InboundEdge | BackedEdge)[]
    if (!edges.some((edge) => edge.isClosing)) return
    if (!this.#isOn) this.#announce(stage)
    else if (stage.isIdle) this.#save(stage) // else it is told later, at the latest when the stage has ended
  }

  /** Whether what the stage gives depends on more than the items it takes. */
  #holdsBack({ inlet, isSource, isTimed }: HostedStage): boolean {
    return inlet instanceof RecordedMerge || (isSource && isTimed)
  }

  /** What a merge has taken, or when a source has emitted its items, is told before what came of it is sent on. */
  #tellOrder(stage: HostedStage): void {
    if (!this.#holdsBack(stage)) return
    const { inlet, outlet, plan } = stage
    const runs = inlet instanceof RecordedMerge ? inlet.takeRuns() : []
    if (runs.length > 0 && this.#isOn) this.#reply({ kind: 'order', stage: plan.index, runs })
    const told = this.#isOn && stage.isSource ? (outlet.edges as readonly BackedEdge[]) : []
    const stamps = told.flatMap((edge) => {
      const taken = edge.takeStamps()
      return taken === undefined ? [] : [[this.numberOf(edge), taken] as const]
    })
    if (stamps.length > 0) this.#reply({ kind: 'stamps', stamps })
    for (const edge of stage.outbound) {
      edge.isHeldBack = false
      edge.pump()
    }
  }

  onFinished(stage: HostedStage): void {
    this.#tellOrder(stage)
    if (this.#isOn) this.#save(stage)
    else this.#announce(stage)
  }

  onExited(stage: HostedStage): void {
    if (this.#isOn) this.#reply({ kind: 'exited', stage: stage.plan.index })
  }

  /** Nothing can move now: what has not been saved may be. */
  onQuiet(): void {
    if (this.#isOn) for (const stage of this.#stages.keys()) this.#saveIfDue(stage)
  }

  #lastOf(stage: HostedStage): Last {
    let last = this.#stages.get(stage)
    if (last === undefined) {
      const { items, bytes } = stage.consumed
      last = { at: performance.now(), restMs: FIRST_REST_MS, items, bytes }
      this.#stages.set(stage, last)
    }
    return last
  }

  #save(stage: HostedStage): void {
    const begun = performance.now()
    try {
      this.#reply({ kind: 'saved', saved: stage.capture() })
    } catch (error) {
      this.#giveUp(stage, error)
      return
    }
    const at = performance.now()
    Object.assign(this.#lastOf(stage), stage.consumed, {
      at,
      restMs: Math.max(REST_MS, (at - begun) / MAX_SHARE),
    })
    if (stage.isDone) this.#stages.delete(stage)
    this.#announce(stage)
  }

  #giveUp(stage: HostedStage, error: unknown): void {
    const what = error instanceof Uncarriable ? `state${error.path} is ${error.what}` : messageOf(error)
    const { id } = stage.plan.nodes[0] as { readonly id: string }
    this.refuse(`the state of "${id}" cannot be saved (${what})`)
    for (const each of [stage, ...this.#stages.keys()]) this.after(each)
  }

  /** The part cannot be begun anew, for a reason. */
  refuse(reason: string): void {
    if (!this.#isOn) return
    this.#isOn = false
    this.#reply({ kind: 'unsavable', reason })
  }

  /** Tells the writers of edges that have closed. */
  #announce(stage: HostedStage): void {
    for (const edge of stage.inlet.edges) {
      if (edge instanceof InboundEdge) edge.announce()
    }
  }
}
