/**
 * `Outbox`: results of a stage that come at their own time, sent on as the outlet has room. Called by
 * `ConcurrentStage` and `StreamStage`; loops write to the outlet themselves.
 */

import type { NodeRecord } from './node-record.ts'
import type { Outlet } from './outlet.ts'
import type { SavedItems } from './snapshot.ts'

/** A FIFO in front of an outlet. Its owner bounds it: it begins nothing new while results wait here. */
export class Outbox {
  readonly #outlet: Outlet
  readonly #record: NodeRecord
  readonly #timed: boolean
  readonly #term: string
  #items: unknown[] = []
  #times: number[] = []
  /** Items before this index are gone: cutting them off each time would cost a copy of the rest. */
  #at = 0

  constructor(outlet: Outlet, record: NodeRecord, timed: boolean, term: string) {
    this.#outlet = outlet
    this.#record = record
    this.#timed = timed
    this.#term = term
  }

  /** Items that wait for room. */
  get size(): number {
    return this.#items.length - this.#at
  }

  /** Appends an item; `undefined` is none. Returns whether it was one. */
  push(item: unknown, time: number): boolean {
    if (item === undefined) return false
    this.#items.push(item)
    if (this.#timed) this.#times.push(time)
    return true
  }

  /** What waits, for a checkpoint. */
  save(): SavedItems {
    return {
      items: this.#items.slice(this.#at),
      times: this.#timed ? this.#times.slice(this.#at) : undefined,
    }
  }

  restore({ items, times }: SavedItems): void {
    this.#items = [...items]
    this.#times = [...(times ?? [])]
  }

  /** Sends what there is room for. Returns whether everything is gone. */
  flush(): boolean {
    while (this.size > 0) {
      const room = this.#outlet.room()
      if (room <= 0) return false
      const to = Math.min(this.#items.length, this.#at + room)
      const items = this.#items.slice(this.#at, to)
      const times = this.#timed ? this.#times.slice(this.#at, to) : undefined
      this.#at = to
      if (this.#outlet.routes) {
        const { sent, extra } = this.#outlet.route(items, times, this.#term)
        this.#record.out += sent
        this.#record.extra += extra
      } else {
        this.#record.out += items.length
        this.#outlet.send(items, times)
      }
    }
    this.#items = []
    this.#times = []
    this.#at = 0
    return true
  }
}
