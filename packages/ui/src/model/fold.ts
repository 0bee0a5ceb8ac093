/**
 * Folds a graph of any size into a few boxes: rows of terms, and terms side by side, become groups, again and again, until
 * the picture can be read. A group can be opened: its members are a graph, which is folded the same way.
 *
 * Series-parallel reduction (Valdes, Tarjan, Lawler 1982); what does not reduce is cut into bands by depth.
 */

import type { Picture } from './picture.ts'

/** Boxes in one picture at most. */
export const MAX_BOXES = 60

/** What is drawn as one box: a term, or a group of them. */
export interface Box {
  /** The id of the term; of a group, of its first term and how many there are. */
  readonly key: string
  readonly label: string
  /** Places of its terms in the picture. */
  readonly members: readonly number[]
}

/** All edges from one box to another. */
export interface Link {
  readonly from: number
  readonly to: number
  /** Places of the edges in the picture. */
  readonly edges: readonly number[]
}

/** A picture that can be read. */
export interface Folded {
  readonly boxes: readonly Box[]
  readonly links: readonly Link[]
}

interface Group {
  members: number[]
  next: Set<Group>
  before: Set<Group>
}

/** Folds the terms at `places`, all by default, into at most `limit` boxes. */
export function fold(picture: Picture, places?: readonly number[], limit: number = MAX_BOXES): Folded {
  const shown = places ?? picture.nodes.map((_, index) => index)
  const groups = shown.length <= limit ? shown.map((place) => [place]) : reduce(picture, shown, limit)
  const boxOf = new Map<number, number>()
  const boxes = groups.map((members, index): Box => {
    for (const member of members) boxOf.set(member, index)
    const first = picture.nodes[members[0] as number]?.id ?? ''
    if (members.length === 1) return { key: first, label: first, members }
    return { key: `${first} +${members.length - 1}`, label: labelOf(picture, members), members }
  })
  const links = new Map<string, { from: number; to: number; edges: number[] }>()
  picture.edges.forEach((edge, index) => {
    const [from, to] = [boxOf.get(edge.from), boxOf.get(edge.to)]
    if (from === undefined || to === undefined || (from === to && (boxes[from] as Box).members.length > 1))
      return
    const key = `${from} ${to}`
    const link = links.get(key)
    if (link === undefined) links.set(key, { from, to, edges: [index] })
    else link.edges.push(index)
  })
  return { boxes, links: [...links.values()] }
}

/** The names in a group without their numbers: `map`, or `map, filter`, or `map … sink`. */
function labelOf(picture: Picture, members: readonly number[]): string {
  const names = new Set(members.map((member) => (picture.nodes[member]?.id ?? '').replace(/#\d+$/, '')))
  const [first = '', second = ''] = names
  if (names.size === 1) return first
  return names.size === 2 ? `${first}, ${second}` : `${first} to ${[...names][names.size - 1]}`
}

function reduce(picture: Picture, places: readonly number[], limit: number): number[][] {
  const groupOf = new Map(
    places.map((place): [number, Group] => [place, { members: [place], next: new Set(), before: new Set() }]),
  )
  for (const { from, to } of picture.edges) {
    const [writer, reader] = [groupOf.get(from), groupOf.get(to)]
    if (writer === undefined || reader === undefined || writer === reader) continue
    writer.next.add(reader)
    reader.before.add(writer)
  }
  const live = new Set(groupOf.values())
  // terms side by side first: a row of a thousand forks is a thousand groups, not one
  for (let count = live.size + 1; live.size > limit && live.size < count; ) {
    count = live.size
    foldSideBySide(live)
    if (live.size > limit) foldRows(live, limit)
  }
  const groups = live.size > limit ? bands([...live], limit) : [...live].map(({ members }) => members)
  return groups
    .map((members) => members.sort((a, b) => a - b))
    .sort((a, b) => (a[0] as number) - (b[0] as number))
}

function foldSideBySide(live: Set<Group>): void {
  const numbers = new Map([...live].map((group, index) => [group, index]))
  const name = (groups: Set<Group>): string =>
    [...groups]
      .map((group) => numbers.get(group))
      .sort()
      .join()
  const alike = new Map<string, Group>()
  for (const group of live) {
    const key = `${name(group.before)}|${name(group.next)}`
    const first = alike.get(key)
    if (first === undefined) alike.set(key, group)
    else merge(first, group, live)
  }
}

/** Rows are folded evenly, and no further than they have to be: a picture of one box says nothing. */
function foldRows(live: Set<Group>, limit: number): void {
  const starts = [...live].filter((group) => !isInRow(group))
  const seen = new Set<Group>()
  const rows = [...starts, ...live].reduce<Group[][]>((found, start) => {
    if (!live.has(start) || seen.has(start)) return found
    const row = [start]
    seen.add(start)
    for (let at = start; at.next.size === 1; ) {
      const [next] = at.next
      if (next === undefined || seen.has(next) || next.before.size !== 1) break
      seen.add(next)
      row.push(next)
      at = next
    }
    found.push(row)
    return found
  }, [])
  const room = Math.max(1, Math.floor(limit / rows.length))
  for (const row of rows) {
    const size = Math.ceil(row.length / room)
    for (let from = 0; from < row.length; from += size) {
      const [first, ...rest] = row.slice(from, from + size)
      for (const group of rest) merge(first as Group, group, live)
    }
  }
}

/** Whether a group is the second or a later one of a row. */
function isInRow(group: Group): boolean {
  const [before] = group.before
  return group.before.size === 1 && (before as Group).next.size === 1
}

function merge(into: Group, group: Group, live: Set<Group>): void {
  for (const member of group.members) into.members.push(member)
  for (const next of group.next) {
    next.before.delete(group)
    if (next === into) continue
    next.before.add(into)
    into.next.add(next)
  }
  for (const before of group.before) {
    before.next.delete(group)
    if (before === into) continue
    before.next.add(into)
    into.before.add(before)
  }
  live.delete(group)
}

/** What neither stands in rows nor side by side is cut by its depth. */
function bands(groups: Group[], limit: number): number[][] {
  const depth = new Map<Group, number>()
  const waiting = new Map(groups.map((group) => [group, group.before.size]))
  let front = groups.filter((group) => group.before.size === 0)
  for (let level = 0; depth.size < groups.length; level++) {
    // a ring has no beginning: any term of it will do
    if (front.length === 0) front = groups.filter((group) => !depth.has(group)).slice(0, 1)
    for (const group of front) depth.set(group, level)
    const following = new Set<Group>()
    for (const group of front) {
      for (const next of group.next) {
        const left = (waiting.get(next) as number) - 1
        waiting.set(next, left)
        if (left <= 0 && !depth.has(next)) following.add(next)
      }
    }
    front = [...following]
  }
  const ordered = groups.sort((a, b) => (depth.get(a) as number) - (depth.get(b) as number))
  const size = Math.ceil(ordered.length / limit)
  return Array.from({ length: Math.ceil(ordered.length / size) }, (_, band) =>
    ordered.slice(band * size, (band + 1) * size).flatMap(({ members }) => members),
  )
}
