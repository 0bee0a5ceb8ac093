/**
 * `RecordedMerge`: the inlet of a merge that can be run again. It notes from which edge it took how many items, and
 * follows such notes where the thread before it was lost: the order in which items come is the one thing that a merge
 * depends on and nobody could find out later. Made by `PartPlacement`.
 */

import type { Edge, Inlet, Window } from '@millrace/core/engine'

/** Joins edges item by item as they come. */
export class RecordedMerge implements Inlet {
  readonly edges: readonly Edge[]
  readonly makesRows = false
  readonly joined = 0
  readonly unmatched = 0
  /** Edges with items, each once; the first is read next. */
  readonly #queue: Edge[] = []
  readonly #queued = new Set<Edge>()
  /** What is to be followed: number of an edge of this inlet, number of items, and so on. */
  readonly #script: number[]
  /** What was taken since it was asked for, in the same form. */
  #runs: number[] = []
  #current: Edge | undefined

  constructor(edges: readonly Edge[], script: readonly number[]) {
    this.edges = edges
    this.#script = [...script]
  }

  /** Whether there is a script left to follow. */
  get isFollowing(): boolean {
    return this.#script.length > 0
  }

  /** What was taken since the last call. */
  takeRuns(): readonly number[] {
    const runs = this.#runs
    if (runs.length > 0) this.#runs = []
    return runs
  }

  notice(edge: Edge): void {
    if (edge.items === 0 || this.#queued.has(edge)) return
    this.#queued.add(edge)
    this.#queue.push(edge)
  }

  get isDone(): boolean {
    return this.edges.every((edge) => edge.isDrained)
  }

  next(limit: number): Window | undefined {
    const [at, count] = this.#script
    const edge = at === undefined ? this.#first() : this.edges[at]
    const batch = edge?.head
    if (edge === undefined || batch === undefined) return undefined
    this.#current = edge
    const { items, times, to } = batch
    return {
      items,
      at: edge.at,
      to: Math.min(to, edge.at + Math.min(limit, count ?? limit)),
      times,
      tag: edge.input,
    }
  }

  #first(): Edge | undefined {
    // what was on an edge may have been taken by the script
    while (this.#queue[0]?.items === 0) this.#queued.delete(this.#queue.shift() as Edge)
    return this.#queue[0]
  }

  consume(count: number): void {
    const edge = this.#current as Edge
    const [, left] = this.#script
    if (left !== undefined) {
      if (left > count) this.#script[1] = left - count
      else this.#script.splice(0, 2)
    } else if (count > 0) {
      this.#queued.delete(this.#queue.shift() as Edge)
      this.#note(this.edges.indexOf(edge), count)
    }
    edge.consume(count)
    this.notice(edge)
  }

  #note(edge: number, count: number): void {
    const runs = this.#runs
    if (runs.at(-2) === edge) runs[runs.length - 1] = (runs.at(-1) as number) + count
    else runs.push(edge, count)
  }

  close(): void {
    this.#queue.length = 0
    for (const edge of this.edges) edge.close()
  }
}
