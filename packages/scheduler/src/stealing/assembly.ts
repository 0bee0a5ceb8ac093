/**
 * `Assembly`: puts the replies of a batch's parts back in order, as they come from whichever workers had them.
 *
 * A part gives its own outputs first, then those of the parts cut from it, the last one first: each was the end of a
 * queue. Called by `StealingTeam`.
 */

import type { DoneReply } from '../worker/protocol.ts'

/** Somewhere to ask for the rest of a part. */
export type AskMore = (part: string) => void

interface Part {
  readonly replies: DoneReply[]
  readonly forks: string[]
  isDone: boolean
}

/** The outputs of one batch, in order. */
export class Assembly {
  readonly #parts = new Map<string, Part>()
  /** Parts whose outputs come next, the very next one last. */
  readonly #order: string[] = ['']
  readonly #askMore: AskMore
  #waiting:
    | { readonly resolve: (reply: DoneReply) => void; readonly reject: (error: unknown) => void }
    | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(askMore: AskMore) {
    this.#askMore = askMore
  }

  /** Whether everything has been handed on. */
  get isDone(): boolean {
    return this.#order.length === 0 || this.#failure !== undefined
  }

  /** A part has given something. */
  add(part: string, forks: readonly string[], reply: DoneReply): void {
    const known = this.#part(part)
    known.replies.push(reply)
    known.forks.push(...forks)
    known.isDone = !reply.hasMore
    this.#settle()
  }

  fail(error: unknown): void {
    this.#failure = { error }
    this.#settle()
  }

  /** The next reply in order; `hasMore` is set on all but the last. */
  next(): Promise<DoneReply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#settle()
    })
  }

  #part(name: string): Part {
    let part = this.#parts.get(name)
    if (part === undefined) {
      part = { replies: [], forks: [], isDone: false }
      this.#parts.set(name, part)
    }
    return part
  }

  #settle(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    if (this.#failure !== undefined) {
      this.#waiting = undefined
      waiting.reject(this.#failure.error)
      return
    }
    const reply = this.#take()
    if (reply === undefined) return
    this.#waiting = undefined
    waiting.resolve({ ...reply, hasMore: this.#order.length > 0 })
  }

  #take(): DoneReply | undefined {
    const name = this.#order[this.#order.length - 1]
    const part = name === undefined ? undefined : this.#part(name)
    const reply = part?.replies.shift()
    if (name === undefined || part === undefined || reply === undefined) return undefined
    if (part.replies.length > 0) return reply
    if (!part.isDone) this.#askMore(name)
    else {
      this.#parts.delete(name)
      this.#order.pop()
      this.#order.push(...part.forks)
    }
    return reply
  }
}
