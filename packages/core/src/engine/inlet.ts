/**
 * `Inlet`: a stage's input side. One edge is read in place, several are joined: as rows (zip), or one after the
 * other as they come (merge). Called by stages.
 */

import type { Batch } from '../contracts.ts'
import type { Edge } from './edge.ts'
import type { PortCounts } from './snapshot.ts'

/** Some items to work on. `at` up to `to` are to be taken, then handed to `consume`. */
export interface Window {
  readonly items: readonly unknown[]
  readonly at: number
  readonly to: number
  readonly times: readonly number[] | undefined
  /** Name of the input the items came from. */
  readonly tag: string
}

/** How a stage reads its edges. */
export interface Inlet {
  readonly edges: readonly Edge[]
  /** Called when an edge was pushed to. */
  notice(edge: Edge): void
  /** Whether nothing will come any more. */
  readonly isDone: boolean
  /** The next items, at most `limit` of them. Call `consume` with the number taken before asking again. */
  next(limit: number): Window | undefined
  consume(count: number): void
  /** Wants no more: lets all writers stop. */
  close(): void
  /** Whether windows hold rows, made anew by each `next`. */
  readonly makesRows: boolean
  /** Items that were part of rows, less one per row. */
  readonly joined: number
  /** Items left over when one input of several ended. */
  readonly unmatched: number
  /** Takes over what a checkpoint says; the edges have theirs already. */
  restore?(counts: PortCounts): void
}

/** The inlet for a stage's edges. */
export function makeInlet(
  edges: readonly Edge[],
  how: 'single' | 'zip' | 'merge',
  positional: boolean,
): Inlet {
  if (how === 'zip') return new ZipInlet(edges, positional)
  const [only] = edges
  return only !== undefined && edges.length === 1 ? new SingleInlet(only) : new MergeInlet(edges)
}

/** One edge, or several read in turn: a window of one, then a window of the next that has items. */
class MergeInlet implements Inlet {
  readonly edges: readonly Edge[]
  readonly makesRows = false
  readonly joined = 0
  readonly unmatched = 0
  /** Edges with items, each once; the first is being read. */
  readonly #queue: Edge[] = []
  readonly #queued = new Set<Edge>()
  /** Edges before this index are drained for good. */
  #live = 0

  constructor(edges: readonly Edge[]) {
    this.edges = edges
  }

  notice(edge: Edge): void {
    if (edge.items === 0 || this.#queued.has(edge)) return
    this.#queued.add(edge)
    this.#queue.push(edge)
  }

  get isDone(): boolean {
    while (this.edges[this.#live]?.isDrained === true) this.#live++
    return this.#live === this.edges.length
  }

  next(limit: number): Window | undefined {
    // what was on an edge may have been taken elsewhere
    while (this.#queue[0]?.items === 0) this.#queued.delete(this.#queue.shift() as Edge)
    const [edge] = this.#queue
    const batch = edge?.head
    if (edge === undefined || batch === undefined) return undefined
    const { items, times, to } = batch
    return { items, at: edge.at, to: Math.min(to, edge.at + limit), times, tag: edge.input }
  }

  consume(count: number): void {
    const edge = this.#queue.shift() as Edge
    this.#queued.delete(edge)
    edge.consume(count)
    this.notice(edge)
  }

  restore(): void {
    for (const edge of this.edges) this.notice(edge)
  }

  close(): void {
    this.#queue.length = 0
    for (const edge of this.edges) edge.close()
  }
}

/** A single edge, read in place. */
class SingleInlet implements Inlet {
  readonly edges: readonly Edge[]
  readonly makesRows = false
  readonly joined = 0
  readonly unmatched = 0
  readonly #edge: Edge

  constructor(edge: Edge) {
    this.edges = [edge]
    this.#edge = edge
  }

  notice(): void {}

  get isDone(): boolean {
    return this.#edge.isDrained
  }

  next(limit: number): Window | undefined {
    const edge = this.#edge
    const batch = edge.head
    if (batch === undefined) return undefined
    const { items, times, to } = batch
    return { items, at: edge.at, to: Math.min(to, edge.at + limit), times, tag: edge.input }
  }

  consume(count: number): void {
    this.#edge.consume(count)
  }

  close(): void {
    this.#edge.close()
  }
}

/** Complete rows, one item of each edge. Ends when an input has ended and no complete row is left. */
class ZipInlet implements Inlet {
  readonly edges: readonly Edge[]
  readonly makesRows = true
  joined = 0
  unmatched = 0
  readonly #fill: RowFiller

  constructor(edges: readonly Edge[], positional: boolean) {
    this.edges = edges
    this.#fill = rowFiller(
      edges.map((edge) => edge.input),
      positional,
    )
  }

  notice(): void {}

  get isDone(): boolean {
    for (const edge of this.edges) if (edge.isDrained) return true
    return false
  }

  next(limit: number): Window | undefined {
    let count = limit
    for (const edge of this.edges) {
      const batch = edge.head
      if (batch === undefined) return undefined
      count = Math.min(count, batch.to - edge.at)
    }
    const rows: unknown[] = []
    this.#fill(
      this.edges.map((edge) => (edge.head as Batch).items),
      this.edges.map((edge) => edge.at),
      count,
      rows,
    )
    const times = this.#times(count)
    for (const edge of this.edges) edge.consume(count)
    this.joined += count * (this.edges.length - 1)
    return { items: rows, at: 0, to: count, times, tag: '' }
  }

  /** A row is as old as its youngest item. */
  #times(count: number): number[] | undefined {
    let times: number[] | undefined
    for (const edge of this.edges) {
      const column = edge.head?.times
      if (column === undefined) continue
      times ??= new Array<number>(count).fill(Number.NEGATIVE_INFINITY)
      for (let i = 0; i < count; i++) times[i] = Math.max(times[i] as number, column[edge.at + i] as number)
    }
    return times
  }

  restore({ joined, unmatched }: PortCounts): void {
    this.joined = joined
    this.unmatched = unmatched
  }

  /** Rows are taken off the edges when they are made. */
  consume(): void {}

  close(): void {
    for (const edge of this.edges) {
      if (edge.closed) continue
      this.unmatched += edge.items
      edge.close()
      edge.abandoned = 0
    }
  }
}

type RowFiller = (
  columns: readonly (readonly unknown[])[],
  at: readonly number[],
  count: number,
  rows: unknown[],
) => void

const fillers = new Map<string, RowFiller>()
/** Rows of more columns than this are filled key by key: the text of a generated loop would be too long. */
const MAX_GENERATED_COLUMNS = 64
/** Kept at most; graphs have few distinct rows. */
const MAX_FILLERS = 256

/** A generated loop that makes rows of these keys: object literals of one shape, several times faster. */
function rowFiller(keys: readonly string[], positional: boolean): RowFiller {
  if (keys.length > MAX_GENERATED_COLUMNS) {
    return (columns, at, count, rows) => {
      for (let i = 0; i < count; i++) {
        const row = columns.map((column, k) => column[(at[k] as number) + i])
        rows.push(positional ? row : Object.fromEntries(row.map((item, k) => [keys[k] as string, item])))
      }
    }
  }
  const cells = keys.map((key, k) => `${positional ? '' : `${JSON.stringify(key)}: `}q${k}[p${k} + i]`)
  const row = positional ? `[${cells.join(', ')}]` : `{ ${cells.join(', ')} }`
  const source = `${keys.map((_, k) => `const q${k} = columns[${k}], p${k} = at[${k}];`).join('\n')}
for (let i = 0; i < count; i++) rows.push(${row});`
  let filler = fillers.get(source)
  if (filler === undefined) {
    filler = new Function('columns', 'at', 'count', 'rows', source) as RowFiller
    if (fillers.size >= MAX_FILLERS) fillers.clear()
    fillers.set(source, filler)
  }
  return filler
}
