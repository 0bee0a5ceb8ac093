/**
 * `Outlet`: a stage's output side. Shares each batch with all readers of a port; the fullest decides the room.
 *
 * Called by stages.
 */

import { performance } from 'node:perf_hooks'
import { UnknownPortError } from '../errors.ts'
import { estimateBytes } from './bytes.ts'
import type { Edge } from './edge.ts'
import type { Peek } from './peek.ts'
import type { PortCounts } from './snapshot.ts'
import type { StageClock } from './stage-clock.ts'

/** The edges that leave a stage, by port. */
export class Outlet {
  readonly #ports: readonly string[]
  readonly #edges: readonly (readonly Edge[])[]
  /** Whether results are records of port to item, rather than items of the only port. */
  readonly routes: boolean
  /** Items that left through ports that nothing reads. */
  left = 0
  /** Copies made for second and further readers. */
  copied = 0
  /** Items for which every reader had gone. */
  unread = 0
  /** What an item has taken so far; NaN before the first. */
  #itemBytes = Number.NaN
  /** The time of the stage it belongs to; set by that. */
  stageClock: StageClock | undefined
  /** Whether there is no room. */
  #isBlocked = false
  /** Who looks at what is sent, and through which ports. */
  #peeks: readonly { readonly ports: readonly number[]; readonly peek: Peek }[] | undefined
  /** The port that has none; -1 for the outlet as a whole. */
  #blockedPort = -1

  constructor(ports: ReadonlyMap<string, readonly Edge[]>, routes: boolean) {
    this.#ports = [...ports.keys()]
    this.#edges = [...ports.values()]
    this.routes = routes
  }

  /** All edges, of all ports. */
  get edges(): readonly Edge[] {
    return this.#edges.length === 1 ? (this.#edges[0] as readonly Edge[]) : this.#edges.flat()
  }

  /** Whether nothing reads any port, so that items need not even be gathered. */
  get isOpen(): boolean {
    return this.#edges.every((edges) => edges.length === 0)
  }

  /** Whether there were readers and all have gone. */
  get isAbandoned(): boolean {
    return !this.isOpen && this.edges.every((edge) => edge.closed)
  }

  /**
   * Items that fit now; infinite if nothing holds back. Where it is 0 the fullest edge will wake the stage.
   * `countOnly` leaves bytes aside: for stages whose results come one by one, and are measured as they come.
   */
  room(countOnly = false): number {
    let room = Number.POSITIVE_INFINITY
    for (const edges of this.#edges) {
      for (const edge of edges) {
        if (edge.closed) continue
        const own = edge.room(countOnly && Number.isNaN(this.#itemBytes) ? 0 : this.#itemBytes)
        if (own <= 0) edge.park(this.#itemBytes)
        if (own < room) room = own
      }
    }
    if (room <= 0) this.#block(-1)
    else if (this.#isBlocked) this.#unblock()
    return room
  }

  /** The clock is read when that changes, not each time it is asked. */
  #block(port: number): void {
    let at = this.#isBlocked ? undefined : performance.now()
    for (const edges of this.#edges) {
      for (const edge of edges) if (edge.isToldWrong) edge.tellBlocked((at ??= performance.now()))
    }
    if (this.#isBlocked) return
    this.#isBlocked = true
    this.#blockedPort = port
    this.stageClock?.block(at as number)
  }

  #unblock(): void {
    if (!this.#isBlocked) return
    const at = performance.now()
    this.#isBlocked = false
    for (const edges of this.#edges) for (const edge of edges) edge.unblock(at)
    this.stageClock?.unblock(at)
  }

  /** Begins to look at what is sent through these ports; returns how to stop it, or undefined if nothing is. */
  peek(peek: Peek, isMeant: (port: string) => boolean): (() => void) | undefined {
    const ports = this.#ports.flatMap((name, port) =>
      isMeant(name) && (this.routes || this.isRead(port)) ? [port] : [],
    )
    if (ports.length === 0) return undefined
    const looking = { ports, peek }
    this.#peeks = [...(this.#peeks ?? []), looking]
    return () => {
      const left = this.#peeks?.filter((other) => other !== looking) ?? []
      this.#peeks = left.length > 0 ? left : undefined
    }
  }

  #show(port: number, items: readonly unknown[], from: number, to: number): void {
    for (const { ports, peek } of this.#peeks ?? []) {
      if (!ports.includes(port)) continue
      for (let at = from; at < to && peek.isWanted; at++) peek.onItem(items[at])
    }
  }

  /** The ports, by name, in their order. */
  get ports(): readonly string[] {
    return this.#ports
  }

  /** Whether anything reads a port, or did. */
  isRead(port: number): boolean {
    return (this.#edges[port] as readonly Edge[]).length > 0
  }

  /** Items that fit through one port now; see `room`. */
  roomOf(port: number): number {
    let room = Number.POSITIVE_INFINITY
    for (const edge of this.#edges[port] as readonly Edge[]) {
      if (edge.closed) continue
      const own = edge.room(this.#itemBytes)
      if (own <= 0) edge.park(this.#itemBytes)
      if (own < room) room = own
    }
    if (room <= 0) this.#block(port)
    else if (this.#blockedPort === port) this.#unblock()
    return room
  }

  /** Sends items through one port. The array must not be written to any more. */
  sendTo(
    port: number,
    items: readonly unknown[],
    from: number,
    to: number,
    times: readonly number[] | undefined,
  ): void {
    this.#send(port, items, from, to, times)
  }

  /** Sends items of the only port. The array must not be written to any more. */
  send(items: readonly unknown[], times: readonly number[] | undefined): void {
    this.#send(0, items, 0, items.length, times)
  }

  #send(
    port: number,
    items: readonly unknown[],
    from: number,
    to: number,
    times: readonly number[] | undefined,
  ): void {
    if (to === from) return
    if (this.#peeks !== undefined) this.#show(port, items, from, to)
    const edges = this.#edges[port] as readonly Edge[]
    if (edges.length === 0) {
      this.left += to - from
      return
    }
    // a sample per batch: exact sizes would cost more than what they bound
    const itemBytes = estimateBytes(items[to - 1])
    this.#itemBytes = Number.isNaN(this.#itemBytes)
      ? itemBytes
      : Math.max((this.#itemBytes + itemBytes) / 2, itemBytes)
    const batch = { items, from, to, times, itemBytes }
    let readers = 0
    for (const edge of edges) {
      if (edge.closed) continue
      readers++
      edge.push(batch)
    }
    if (readers === 0) this.unread += to - from
    else this.copied += (readers - 1) * (to - from)
  }

  /**
   * Sends records of port to item, each item to its port. Returns how many items were sent, and how many of them
   * beyond one per record.
   * @throws {UnknownPortError}
   */
  route(
    records: readonly unknown[],
    times: readonly number[] | undefined,
    term: string,
  ): { readonly sent: number; readonly extra: number } {
    const columns = this.#ports.map((): unknown[] => [])
    const stamps = this.#ports.map((): number[] => [])
    let sent = 0
    let extra = 0
    for (let i = 0; i < records.length; i++) {
      const before = sent
      for (const [port, item] of Object.entries(records[i] as object)) {
        if (item === undefined) continue
        const index = this.#ports.indexOf(port)
        if (index < 0) throw new UnknownPortError(term, port, this.#ports)
        columns[index]?.push(item)
        if (times !== undefined) stamps[index]?.push(times[i] as number)
        sent++
      }
      extra += Math.max(0, sent - before - 1)
    }
    columns.forEach((items, index) => {
      this.#send(index, items, 0, items.length, times === undefined ? undefined : stamps[index])
    })
    return { sent, extra }
  }

  /** Figures of the outlet, as in a checkpoint. */
  restore({ left, copied, unread }: PortCounts): void {
    Object.assign(this, { left, copied, unread })
  }

  /** Nothing follows. */
  end(): void {
    this.#unblock()
    for (const edge of this.edges) edge.end()
  }
}
