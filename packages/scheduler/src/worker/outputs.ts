/** Packs and unpacks what a region gave, port by port. Called on both sides of the protocol. */

import { Uncarriable, type Way } from '@millrace/core/engine'
import { pack, unpack } from './packed.ts'
import type { Outputs } from './protocol.ts'

/** More ports than this share one pack: ten thousand small messages cost more than one large. */
const MAX_PACKS = 16

/** What came out of one port. */
export interface PortItems {
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
}

/** A window on the items of one port. */
export interface PortWindow {
  readonly items: readonly unknown[]
  readonly from: number
  readonly to: number
  readonly times: readonly number[] | undefined
}

/** Packs the items of all ports. @throws {NotSent} for an item that cannot go that way. */
export function packOutputs(ports: readonly PortItems[], way: Way): Outputs {
  const sizes = ports.map(({ items }) => items.length)
  const lists =
    ports.length > MAX_PACKS ? [ports.flatMap(({ items }) => items)] : ports.map(({ items }) => items)
  const timed = ports.some(({ times }) => times !== undefined)
  return {
    packs: lists.map((items, list) => {
      try {
        return pack(items, 0, items.length, way)
      } catch (error) {
        throw error instanceof Uncarriable ? new NotSent(error, portOf(ports, list, error.at)) : error
      }
    }),
    sizes,
    times: timed ? Float64Array.from(ports.flatMap(({ times }) => times ?? [])) : undefined,
  }
}

/** An item that cannot be sent, and the port that it came out of. */
export class NotSent {
  readonly why: Uncarriable
  readonly port: number

  constructor(why: Uncarriable, port: number) {
    this.why = why
    this.port = port
  }
}

function portOf(ports: readonly PortItems[], list: number, at: number): number {
  if (ports.length <= MAX_PACKS) return list
  let end = 0
  return ports.findIndex(({ items }) => {
    end += items.length
    return at < end
  })
}

/** The items of each port again. Windows may share an array. */
export function unpackOutputs({ packs, sizes, times }: Outputs): PortWindow[] {
  const lists = packs.map(unpack)
  const isShared = sizes.length > MAX_PACKS
  let at = 0
  return sizes.map((size, port) => {
    const from = isShared ? at : 0
    const items = (isShared ? lists[0] : lists[port]) as readonly unknown[]
    // the times of a window are read at the indexes of its items
    const own = times === undefined ? undefined : Array.from(times.subarray(at, at + size))
    at += size
    if (isShared && own !== undefined)
      return { items: items.slice(from, from + size), from: 0, to: size, times: own }
    return { items, from, to: from + size, times: own }
  })
}
