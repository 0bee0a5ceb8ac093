/**
 * `Tails`: the terms of a region that fold what reaches them into partials. Workers make the partials; here they are
 * merged, in the order of the batches. Called by `RegionStage`.
 */

import { type Combiner, TermError } from '@millrace/core'
import type { Outlet, Stage } from '@millrace/core/engine'
import { readRegionPort } from '@millrace/core/engine'
import type { PortWindow } from '../worker/outputs.ts'
import type { RegionRef } from '../worker/protocol.ts'

type Context = Stage['contexts'][number]
type Record = Stage['records'][number]

interface Tail {
  readonly id: string
  readonly leaf: Stage['plan']['nodes'][number]['leaf']
  readonly combiner: Combiner<never, unknown, unknown>
  readonly ctx: Context
  readonly record: Record
  readonly port: number
}

/** The partials of one batch: of each tail, in the order in which they were made. */
export type Partials = unknown[][]

const NOTHING: PortWindow = { items: [], from: 0, to: 0, times: undefined }

/** The tails of one region, with their states. */
export class Tails {
  /** By way out that replies tell of; `undefined` for one that is no tail's. */
  readonly #byExit: readonly (Tail | undefined)[]
  readonly #tails: readonly Tail[]
  readonly #outlet: Outlet
  /** Of each way out that replies tell of: whether somebody reads it here. */
  readonly #isRead: readonly boolean[]

  constructor(stage: Stage, region: RegionRef) {
    const { plan, outlet, contexts, records } = stage
    this.#outlet = outlet
    const exits = region.exits.flatMap(({ isRead, isTail }, port) => (isRead ? [{ port, isTail }] : []))
    this.#isRead = exits.map(({ port }) => outlet.isRead(port))
    this.#byExit = exits.map(({ port, isTail }): Tail | undefined => {
      if (!isTail) return undefined
      const { node } = readRegionPort(outlet.ports[port] as string)
      const at = plan.nodes.findIndex(({ index }) => index === node)
      const { id, leaf } = plan.nodes[at] as Stage['plan']['nodes'][number]
      const combiner = leaf.combiner?.() as Tail['combiner']
      return { id, leaf, combiner, ctx: contexts[at] as Context, record: records[at] as Record, port }
    })
    this.#tails = this.#byExit.filter((tail) => tail !== undefined)
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#tails.length === 0
  }

  /** Makes the states that partials are merged into. */
  enter(): void {
    for (const { id, leaf, ctx } of this.#tails) {
      try {
        ctx.state = leaf.initialState?.()
      } catch (error) {
        throw new TermError(id, 'enter', error)
      }
    }
  }

  /** Parts what a reply brought: partials are added to `partials`, the rest is returned, for the ports that are read. */
  sort(windows: readonly PortWindow[], partials: Partials): PortWindow[] {
    if (this.isEmpty) return [...windows]
    return windows.flatMap((window, exit) => {
      if (this.#byExit[exit] === undefined) return [window]
      const own = (partials[exit] ??= [])
      for (let at = window.from; at < window.to; at++) own.push(window.items[at])
      return this.#isRead[exit] === true ? [NOTHING] : []
    })
  }

  /** Merges the partials of the next batch in order. Returns what is emitted, for the ports that are read. */
  merge(partials: Partials): PortWindow[] {
    return this.#emit(({ id, combiner, ctx }, exit) => {
      const all: unknown[] = []
      try {
        for (const partial of partials[exit] ?? []) {
          for (const item of combiner.merge(ctx, partial) ?? []) all.push(item)
        }
      } catch (error) {
        throw new TermError(id, 'item', error)
      }
      return all
    }, 0)
  }

  /** All has been merged. Returns what the terms give at their end. */
  async end(): Promise<PortWindow[]> {
    const given: unknown[][] = []
    for (const [exit, tail] of this.#byExit.entries()) {
      if (tail === undefined) continue
      try {
        given[exit] = [...((await tail.leaf.end?.(tail.ctx as never)) ?? [])]
      } catch (error) {
        throw new TermError(tail.id, 'end', error)
      }
    }
    return this.#emit((_, exit) => given[exit] ?? [], 1)
  }

  /** Books what each tail gives; `born` where no input stands behind it. */
  #emit(itemsOf: (tail: Tail, exit: number) => readonly unknown[], born: 0 | 1): PortWindow[] {
    return this.#byExit.flatMap((tail, exit) => {
      const isRead = this.#isRead[exit] === true
      if (tail === undefined) return isRead ? [NOTHING] : []
      const items = itemsOf(tail, exit).filter((item) => item !== undefined)
      tail.record.out += items.length
      tail.record.born += born * items.length
      if (isRead) return [{ items, from: 0, to: items.length, times: undefined }]
      this.#outlet.left += items.length
      return []
    })
  }
}
