/**
 * What goes to the page: figures as tables, each the changes to the one before, and the picture of the graph as two tables.
 * All else is sent as it is. The server packs, the page unpacks; a report is packed as a whole. Pure.
 */

import type { Picture, PictureEdge, PictureNode } from './picture.ts'
import type { Frame, Head, Recording, ShownEdge, ShownNode, ShownStage, ShownStats } from './protocol.ts'
import { type Column, packTable, type Table, unpackTable } from './table.ts'

type Tables<Of extends string> = Readonly<Record<Of, Table>>
type Figures = Pick<ShownStats, 'nodes' | 'stages' | 'edges'>

/** A frame with its figures as tables. */
export type PackedFrame = Omit<Frame, 'stats'> & {
  readonly stats: Omit<ShownStats, keyof Figures> & Tables<keyof Figures>
}

/** A recording whose frames are each the changes to the one before. */
export type PackedRecording = Omit<Recording, 'head' | 'frames'> & {
  readonly head: Omit<Head, 'picture'> & { readonly picture?: Tables<'nodes' | 'edges'> }
  readonly frames: readonly PackedFrame[]
}

/** The fields of figures and pictures that hold the names of terms. */
const NAMES = ['id', 'from', 'to', 'input', 'nodes', 'waitsIn']

/** Packs and unpacks what is told of one graph. Names of its terms become their places in the picture, where it is known. */
export class Wire {
  readonly #nodes: Picture['nodes']
  #places: ReadonlyMap<string, number> | undefined

  constructor(picture?: Picture) {
    this.#nodes = picture?.nodes ?? []
  }

  /** A frame as the changes to the one before; without one it stands by itself. */
  packFrame({ stats, ...rest }: Frame, before?: Frame): PackedFrame {
    const { nodes, stages, edges, ...others } = stats
    const tables = {
      nodes: this.#pack(nodes, before?.stats.nodes),
      stages: this.#pack(stages, before?.stats.stages),
      edges: this.#pack(edges, before?.stats.edges),
    }
    return { ...rest, stats: { ...others, ...tables } }
  }

  /** The frame again. `before` is the one that came before it. */
  unpackFrame({ stats, ...rest }: PackedFrame, before?: Frame): Frame {
    const { nodes, stages, edges, ...others } = stats
    const figures: Figures = {
      nodes: this.#unpack<ShownNode>(nodes, before?.stats.nodes),
      stages: this.#unpack<ShownStage>(stages, before?.stats.stages),
      edges: this.#unpack<ShownEdge>(edges, before?.stats.edges),
    }
    return { ...rest, stats: { ...others, ...figures } }
  }

  /** The picture itself; the names of ports are mostly those of terms. */
  packPicture({ nodes, edges }: Picture): Tables<'nodes' | 'edges'> {
    return { nodes: packTable(nodes), edges: this.#pack(edges, undefined, ['input']) }
  }

  #pack(rows: readonly object[], before?: readonly object[], fields: readonly string[] = NAMES): Table {
    this.#places ??= new Map(this.#nodes.map(({ id }, place) => [id, place]))
    const places = this.#places
    const placeOf = (name: unknown) => (typeof name === 'string' ? places.get(name) : undefined)
    return renamed(packTable(rows, before), fields, placeOf)
  }

  #unpack<Row extends object>(table: Table, before?: readonly Row[]): Row[] {
    return unpackTable<Row>(renamed(table, NAMES, nameIn(this.#nodes)), before)
  }
}

/** The whole recording, packed. */
export function packRecording({ head, frames, ...rest }: Recording): PackedRecording {
  const { picture, ...others } = head
  const wire = new Wire(picture)
  const tables = picture === undefined ? {} : { picture: wire.packPicture(picture) }
  return {
    ...rest,
    head: { ...others, ...tables },
    frames: frames.map((frame, at) => wire.packFrame(frame, frames[at - 1])),
  }
}

/** The recording again. */
export function unpackRecording({ head, frames, ...rest }: PackedRecording): Recording {
  const { picture: tables, ...others } = head
  const picture = tables === undefined ? undefined : pictureIn(tables)
  const wire = new Wire(picture)
  const unpacked: Frame[] = []
  for (const frame of frames) unpacked.push(wire.unpackFrame(frame, unpacked.at(-1)))
  return { ...rest, head: { ...others, ...(picture === undefined ? {} : { picture }) }, frames: unpacked }
}

function pictureIn({ nodes: terms, edges }: Tables<'nodes' | 'edges'>): Picture {
  const nodes = unpackTable<PictureNode>(terms)
  return { nodes, edges: unpackTable<PictureEdge>(renamed(edges, ['input'], nameIn(nodes))) }
}

/** Gives names back. */
function nameIn(nodes: Picture['nodes']): (place: unknown) => unknown {
  return (place) => (typeof place === 'number' ? nodes[place]?.id : undefined)
}

/** A table with other names in these fields: those that `rename` knows. */
function renamed(table: Table, fields: readonly string[], rename: (name: unknown) => unknown): Table {
  const one = (name: unknown): unknown => rename(name) ?? name
  const each = (value: unknown): unknown => (Array.isArray(value) ? value.map(one) : one(value))
  const columns: Record<string, Column> = { ...table.columns }
  for (const key of fields) {
    const column = columns[key]
    if (column === undefined) continue
    const { of, all, to } = column
    columns[key] = {
      ...column,
      ...(of === undefined ? {} : { of: of.map(each) }),
      ...(all === undefined ? {} : { all: each(all) }),
      ...(to === undefined ? {} : { to: to.map(each) }),
    }
  }
  return { ...table, columns }
}
