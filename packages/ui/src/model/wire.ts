/**
 * What goes to the page: figures as tables, each the changes to the one before, and the picture of the graph as two tables.
 * All else is sent as it is. The server packs, the page unpacks; a report is packed as a whole. Pure.
 */

import type { Picture, PictureEdge, PictureNode } from './picture.ts'
import type { Frame, Head, Recording, ShownEdge, ShownNode, ShownStage, ShownStats } from './protocol.ts'
import { packTable, type Table, unpackTable } from './table.ts'

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

/** A frame as the changes to the one before; without one it stands by itself. */
export function packFrame({ stats, ...rest }: Frame, before?: Pick<Frame, 'stats'>): PackedFrame {
  const then: Partial<Figures> = before?.stats ?? {}
  const { nodes, stages, edges, ...others } = stats
  const tables = {
    nodes: packTable(nodes, then.nodes),
    stages: packTable(stages, then.stages),
    edges: packTable(edges, then.edges),
  }
  return { ...rest, stats: { ...others, ...tables } }
}

/** The frame again. `before` is the one that came before it. */
export function unpackFrame({ stats, ...rest }: PackedFrame, before?: Pick<Frame, 'stats'>): Frame {
  const then: Partial<Figures> = before?.stats ?? {}
  const { nodes, stages, edges, ...others } = stats
  const figures: Figures = {
    nodes: unpackTable<ShownNode>(nodes, then.nodes),
    stages: unpackTable<ShownStage>(stages, then.stages),
    edges: unpackTable<ShownEdge>(edges, then.edges),
  }
  return { ...rest, stats: { ...others, ...figures } }
}

/** The whole recording, packed. */
export function packRecording({ head, frames, ...rest }: Recording): PackedRecording {
  const { picture, ...others } = head
  const tables =
    picture === undefined
      ? {}
      : { picture: { nodes: packTable(picture.nodes), edges: packTable(picture.edges) } }
  const first = firstOf(picture)
  return {
    ...rest,
    head: { ...others, ...tables },
    frames: frames.map((frame, at) => packFrame(frame, frames[at - 1] ?? first)),
  }
}

/** The recording again. */
export function unpackRecording({ head, frames, ...rest }: PackedRecording): Recording {
  const { picture: tables, ...others } = head
  const picture =
    tables === undefined
      ? undefined
      : {
          nodes: unpackTable<PictureNode>(tables.nodes),
          edges: unpackTable<PictureEdge>(tables.edges),
        }
  const unpacked: Frame[] = []
  let before = firstOf(picture)
  for (const frame of frames) {
    const next = unpackFrame(frame, before)
    unpacked.push(next)
    before = next
  }
  return { ...rest, head: { ...others, ...(picture === undefined ? {} : { picture }) }, frames: unpacked }
}

/** What the picture tells of the figures: the names, which mostly stand in the same order there. */
function firstOf(picture: Picture | undefined): Pick<Frame, 'stats'> | undefined {
  if (picture === undefined) return undefined
  const name = (place: number): string => picture.nodes[place]?.id ?? ''
  const figures = {
    nodes: picture.nodes.map(({ id }) => ({ id })),
    stages: [],
    edges: picture.edges.map(({ from, output, to, input }) => ({
      from: name(from),
      output,
      to: name(to),
      input,
    })),
  }
  return { stats: figures as unknown as ShownStats }
}
