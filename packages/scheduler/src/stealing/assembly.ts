/**
 * `Assembly`: puts the replies of a batch's parts back in order, as they come from whichever workers had them.
 *
 * A part gives its own outputs first, then those of the parts cut from it, the last one first: each was the end of a
 * queue. Called by `StealingTeam`.
 */

import type { DoneReply, Reply } from '../worker/protocol.ts'

/** Somewhere to ask for the rest of a part. */
export type AskMore = (part: string) => void

interface Part {
  readonly replies: DoneReply[]
  readonly forks: string[]
  isDone: boolean
}

/** How a batch ended before all of its outputs were handed on. */
type End = { readonly reply: Reply } | { readonly error: unknown }

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/**
 * The outputs of one batch, in order. Whatever ends the batch is told to whoever asks next, or asks already: it has one
 * way out, so an answer cannot go to a promise that was settled before.
 */
export class Assembly {
  readonly #parts = new Map<string, Part>()
  /** Parts whose outputs come next, the very next one last. */
  readonly #order: string[] = ['']
  readonly #askMore: AskMore
  readonly #onDone: () => void
  #waiting: Waiting | undefined
  #end: End | undefined

  /** `onDone` is called once, when nothing is expected of the workers any more. */
  constructor(askMore: AskMore, onDone: () => void) {
    this.#askMore = askMore
    this.#onDone = onDone
  }

  /** Whether everything has been handed on, or will not be. */
  get isDone(): boolean {
    return this.#order.length === 0 || this.#end !== undefined
  }

  /** Whether a part has given something. */
  get isBegun(): boolean {
    return this.#order.length !== 1 || this.#order[0] !== '' || this.#parts.size > 0
  }

  /** A part has given something. */
  add(part: string, forks: readonly string[], reply: DoneReply): void {
    if (this.#end !== undefined) return
    const known = this.#part(part)
    known.replies.push(reply)
    known.forks.push(...forks)
    known.isDone = !reply.hasMore
    this.#settle()
  }

  /** The batch ends with this reply, whatever was still to come. */
  end(reply: Reply): void {
    this.#finish({ reply })
  }

  /** The batch ends without a reply. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  #finish(end: End): void {
    if (this.isDone) return
    this.#end = end
    this.#parts.clear()
    this.#onDone()
    this.#settle()
  }

  /** The next reply in order; `hasMore` is set on all but the last. */
  next(): Promise<Reply> {
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
    const end = this.#end
    const reply = end === undefined ? this.#take() : undefined
    if (end === undefined && reply === undefined) return
    this.#waiting = undefined
    if (end === undefined) waiting.resolve(reply as Reply)
    else if ('error' in end) waiting.reject(end.error)
    else waiting.resolve(end.reply)
  }

  #take(): DoneReply | undefined {
    const name = this.#order[this.#order.length - 1]
    const part = name === undefined ? undefined : this.#part(name)
    const reply = part?.replies.shift()
    if (name === undefined || part === undefined || reply === undefined) return undefined
    if (part.replies.length === 0) this.#goOn(name, part)
    return { ...reply, hasMore: this.#order.length > 0 }
  }

  /** All that the part has sent is handed on. */
  #goOn(name: string, part: Part): void {
    if (!part.isDone) {
      this.#askMore(name)
      return
    }
    this.#parts.delete(name)
    this.#order.pop()
    this.#order.push(...part.forks)
    if (this.#order.length === 0) this.#onDone()
  }
}
