/** `Inbox` and `Outlet`: the two ends of a spawned copy's graph. Made by `Copy`. Internal. */

import { BatchSourceTerm, SinkTerm } from '@millrace/core'

/** The source of a copy: gives what is offered to it. Holds a bounded number of items. For one run. */
export class Inbox<Item> extends BatchSourceTerm<Item> {
  override name = 'inbox'
  readonly #capacity: number
  /** Items that were offered while it was open. */
  offered = 0
  #items: Item[] = []
  #closed = false
  /** Wakes the generator; set while it waits for an item. */
  #wake: (() => void) | undefined
  /** Lets the writer go on; set while it waits for room. */
  #resume: (() => void) | undefined

  constructor(capacity: number) {
    super()
    this.#capacity = capacity
  }

  /** Adds an item; a promise if the writer must wait before the next. Once closed, items are dropped. */
  offer(item: Item): Promise<void> | undefined {
    if (this.#closed) return undefined
    this.#items.push(item)
    this.offered++
    this.#rouse()
    if (this.#items.length < this.#capacity) return undefined
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  /** Ends the stream after what was offered. Idempotent. */
  close(): void {
    this.#closed = true
    this.#rouse()
  }

  /** Nobody reads any more: what was offered is dropped, and a waiting writer goes on. Idempotent. */
  shut(): void {
    this.#items = []
    this.close()
    this.#admit()
  }

  override async *batches(): AsyncGenerator<readonly Item[], void, undefined> {
    for (;;) {
      if (this.#items.length > 0) {
        const items = this.#items
        this.#items = []
        this.#admit()
        yield items
      } else if (this.#closed) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }

  #rouse(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #admit(): void {
    this.#resume?.()
    this.#resume = undefined
  }
}

/** The sink of a copy: hands each result over, and is held back until it was taken. */
export class Outlet<Item> extends SinkTerm<Item> {
  override name = 'outlet'
  readonly #give: (item: Item) => Promise<void>

  constructor(give: (item: Item) => Promise<void>) {
    super()
    this.#give = give
  }

  override write(item: Item): Promise<void> {
    return this.#give(item)
  }
}
