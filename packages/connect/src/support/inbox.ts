/** `Inbox`: holds what a server pushes until the run takes it. Made by sources of brokers that push, one for each connection. */

/** A bounded queue between one client and one reader; the client is told when to pause. */
export class Inbox<Item> {
  readonly #capacity: number
  readonly #onFull: () => void
  readonly #onRoom: () => void
  #items: Item[] = []
  #isPaused = false
  #failure: { readonly error: unknown } | undefined
  #isOver = false
  #wake: (() => void) | undefined

  /** @param capacity items after which `onFull` is called; `onRoom` once half of them have gone. */
  constructor(capacity: number, onFull: () => void = () => undefined, onRoom: () => void = () => undefined) {
    this.#capacity = capacity
    this.#onFull = onFull
    this.#onRoom = onRoom
  }

  get size(): number {
    return this.#items.length
  }

  /** Whether the client was told to pause, and not to go on since. */
  get isFull(): boolean {
    return this.#isPaused
  }

  /** Takes one more; nothing after `fail` or `end`. */
  push(item: Item): void {
    // behind a failure a gap begins: what comes later would hide it
    if (this.#isOver || this.#failure !== undefined) return
    this.#items.push(item)
    if (this.#items.length >= this.#capacity && !this.#isPaused) {
      this.#isPaused = true
      this.#onFull()
    }
    this.#wake?.()
  }

  /** No more will come; `take` throws this once it has given all. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake?.()
  }

  /** Up to `count` items, as soon as there is one; none after `end`. @throws what the client failed with. */
  async take(count: number): Promise<Item[]> {
    while (this.#items.length === 0) {
      if (this.#isOver) return []
      if (this.#failure !== undefined) throw this.#failure.error
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    const taken = this.#items.splice(0, count)
    if (this.#isPaused && this.#items.length * 2 <= this.#capacity) {
      this.#isPaused = false
      this.#onRoom()
    }
    return taken
  }

  /** Nobody takes anything any more. */
  end(): void {
    this.#isOver = true
    this.#items = []
    this.#wake?.()
    if (this.#isPaused) this.#onRoom()
  }
}
