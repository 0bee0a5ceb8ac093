/** `EventLog`: the last events that were sent, in a bounded ring that all clients read at their own pace. Made by `EventHub`. */

/** An event as it is written, and what it is found by. */
export interface LoggedEvent {
  readonly id: string
  readonly text: string
}

/** Holds the newest events; each has a number, counted from 0. */
export class EventLog {
  readonly #maxEvents: number
  readonly #maxBytes: number
  readonly #events: LoggedEvent[] = []
  readonly #numbers = new Map<string, number>()
  #bytes = 0
  /** The number of the oldest that is held. */
  first = 0

  constructor(maxEvents: number, maxBytes: number) {
    this.#maxEvents = maxEvents
    this.#maxBytes = maxBytes
  }

  /** The number that the next one will have. */
  get next(): number {
    return this.first + this.#events.length
  }

  /** Whether an older one has to go for this one. */
  isFullFor({ text }: LoggedEvent): boolean {
    const { length } = this.#events
    return length > 0 && (length >= this.#maxEvents || this.#bytes + text.length > this.#maxBytes)
  }

  add(event: LoggedEvent): void {
    while (this.isFullFor(event)) this.#shift()
    this.#numbers.set(event.id, this.next)
    this.#events.push(event)
    this.#bytes += event.text.length
  }

  #shift(): void {
    const oldest = this.#events.shift() as LoggedEvent
    if (this.#numbers.get(oldest.id) === this.first) this.#numbers.delete(oldest.id)
    this.#bytes -= oldest.text.length
    this.first++
  }

  at(number: number): LoggedEvent {
    return this.#events[number - this.first] as LoggedEvent
  }

  /** The number of the event behind the one with this id; of the oldest, if that one is not held any more. */
  behind(id: string): number {
    const number = this.#numbers.get(id)
    return number === undefined ? this.first : number + 1
  }
}
