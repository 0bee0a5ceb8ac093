/**
 * `PortQueues`: what a region gave, waiting for room behind each of its ports. Called by remote stages.
 *
 * A port that is full does not hold back the others: a reader behind one may wait for what another has.
 */

import type { Outlet } from '@millrace/core/engine'
import type { PortWindow } from '../worker/outputs.ts'

interface Queued extends PortWindow {
  at: number
}

/** Items and their source times, as they can be kept. */
export interface Cargo {
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
}

/** What waits behind each port that is read. */
export type SavedQueues = readonly (readonly Cargo[])[]

/** A FIFO for each port of an outlet. Its owner bounds it: it begins little while items wait here. */
export class PortQueues {
  readonly #outlet: Outlet
  /** The ports that are read, as indexes in the outlet; replies know only these. */
  readonly #read: readonly number[]
  readonly #queues: Queued[][]
  /** Items that wait. */
  size = 0

  constructor(outlet: Outlet) {
    this.#outlet = outlet
    this.#read = outlet.ports.flatMap((_, port) => (outlet.isRead(port) ? [port] : []))
    this.#queues = this.#read.map(() => [])
  }

  /** Appends what a reply brought. */
  add(windows: readonly PortWindow[]): void {
    windows.forEach((window, at) => {
      if (window.to === window.from) return
      this.#queues[at]?.push({ ...window, at: window.from })
      this.size += window.to - window.from
    })
  }

  /** What waits, port by port, for a checkpoint. */
  save(): SavedQueues {
    return this.#queues.map((queue) =>
      queue.map(({ items, times, at, to }) => ({ items: items.slice(at, to), times: times?.slice(at, to) })),
    )
  }

  restore(saved: SavedQueues): void {
    saved.forEach((queue, at) => {
      for (const { items, times } of queue) {
        this.#queues[at]?.push({ items, times, from: 0, at: 0, to: items.length })
        this.size += items.length
      }
    })
  }

  /** Sends what there is room for. Returns whether everything is gone. */
  flush(): boolean {
    if (this.size === 0) return true
    this.#queues.forEach((queue, at) => {
      while (queue.length > 0 && this.#flushOne(queue, this.#read[at] as number));
    })
    return this.size === 0
  }

  #flushOne(queue: Queued[], port: number): boolean {
    const [first] = queue as [Queued]
    const room = this.#outlet.roomOf(port)
    if (room <= 0) return false
    const to = Math.min(first.to, first.at + room)
    const { items, times, at } = first
    this.#outlet.sendTo(port, items, at, to, times)
    this.size -= to - at
    first.at = to
    if (to === first.to) queue.shift()
    return true
  }
}
