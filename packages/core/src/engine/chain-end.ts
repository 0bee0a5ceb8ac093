/**
 * `ChainEnd`: how a fused stage ends once its input is used up: each node's `end` in turn, then the sink's
 * result. Called by `FusedStage`.
 */

import type { Node } from '../graph/graph.ts'
import type { SinkTerm } from '../term/sink-term.ts'
import type { NodeContext } from './context.ts'
import { Frame, isIterable } from './frame.ts'
import type { FrameStack } from './frame-stack.ts'

/** A step of ending: its node, and what to do with what the node's method returned, awaited. */
export interface EndStep {
  readonly op: number
  readonly call: () => unknown
  readonly onReturned: (value: unknown) => void
}

/** The next node to end, and whether the sink has given its result. */
export interface EndCursor {
  readonly next: number
  readonly reported: boolean
}

/** Walks through the ends of a chain's nodes. */
export class ChainEnd {
  readonly #nodes: readonly Node[]
  readonly #contexts: readonly NodeContext[]
  readonly #frames: FrameStack
  readonly #setResult: (node: Node, result: unknown) => void
  /** The op whose `end` comes next. */
  #next = 0
  #reported = false

  constructor(
    nodes: readonly Node[],
    contexts: readonly NodeContext[],
    frames: FrameStack,
    setResult: (node: Node, result: unknown) => void,
  ) {
    this.#nodes = nodes
    this.#contexts = contexts
    this.#frames = frames
    this.#setResult = setResult
  }

  /** How far it has come, for a checkpoint. */
  get cursor(): EndCursor {
    return { next: this.#next, reported: this.#reported }
  }

  /** Whether there is nothing left to do but to ask the sink for its result. */
  get isAtResult(): boolean {
    if (this.#reported) return false
    for (let op = this.#next; op < this.#nodes.length; op++) {
      if (this.#nodes[op]?.leaf.end !== undefined || this.#contexts[op]?.pending != null) return false
    }
    return true
  }

  restore({ next, reported }: EndCursor): void {
    this.#next = next
    this.#reported = reported
  }

  /** The nodes before `op` get no `end`: a `take` cut them off. */
  skipTo(op: number): void {
    this.#next = Math.max(this.#next, op)
  }

  /** The next step; `undefined` when the stage is to finish. Items emitted late are framed on the way. */
  next(time: number): EndStep | undefined {
    while (this.#next < this.#nodes.length) {
      const op = this.#next
      // emitted after its call had returned; the caller works the frame off and comes back
      if (this.#frames.pushPending(op, 'extra', time))
        return { op, call: () => undefined, onReturned: () => {} }
      this.#next++
      const { leaf } = this.#nodes[op] as Node
      if (leaf.end === undefined) continue
      const call = (): unknown => leaf.end?.(this.#contexts[op] as never)
      return { op, call, onReturned: (items) => this.#flush(op, items, time) }
    }
    return this.#report()
  }

  /** What was emitted in `end` comes before what it returned. */
  #flush(op: number, items: unknown, time: number): void {
    if (Array.isArray(items)) this.#frames.push(op, items, 'born', time)
    else if (isIterable(items))
      this.#frames.add(Frame.iterator(op + 1, 'born', items[Symbol.iterator](), time))
    this.#frames.pushPending(op, 'born', time)
  }

  #report(): EndStep | undefined {
    const op = this.#nodes.length - 1
    const node = this.#nodes[op] as Node
    const sink = node.leaf as unknown as Partial<SinkTerm<never, unknown, unknown>>
    if (this.#reported || node.leaf.kernel().kind !== 'sink' || sink.result === undefined) return undefined
    this.#reported = true
    const call = (): unknown => sink.result?.(this.#contexts[op] as never)
    return { op, call, onReturned: (result) => this.#setResult(node, result) }
  }
}
