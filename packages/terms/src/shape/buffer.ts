/** `buffer`: gathers items into arrays by number, bytes and time. */

import {
  BadInputError,
  type Context,
  describe,
  InvalidOptionError,
  kernelTerm,
  type Leaf,
  type StreamContext,
} from '@millrace/core'
import { checkMs, checkOptions, checkWhole, synchronous } from '../check.ts'
import { type Arrivals, ReactiveTerm } from '../rate/arrivals.ts'

/** Options of {@link buffer}. At least one bound must be given. */
export interface BufferOptions<Item> {
  /** Items in an array at most. Default 65,536. */
  readonly maxItems?: number
  /** Bytes in an array at most; an item that is larger by itself comes alone. Default: no bound. */
  readonly maxBytes?: number
  /** How long, in ms, an array waits for further items after its first. Default: for ever. */
  readonly maxMs?: number
  /** The size of an item. Default: the bytes of texts (as UTF-8) and of byte arrays; other items need one. */
  readonly bytesOf?: (item: Item) => number
}

/** What has been gathered. */
export interface Buffered<Item> {
  items: Item[]
  bytes: number
  /** When the array must leave, in ms on the run's monotonic clock. */
  dueAt: number
}

/**
 * Gathers items into arrays. An array leaves when it holds `maxItems`, when the next item would take it beyond
 * `maxBytes`, or `maxMs` after its first item came, whichever is first; at the end, with the rest. Pekko's
 * `groupedWithin` and `groupedWeighted`; rxjs's `bufferCount`, `bufferTime`. For a number alone `batch` is shorter.
 *
 * With `maxMs` the arrays depend on time, on the run's clock, counted from when an item reaches the term; without, they
 * depend on the items alone. The items, joined, are always the stream. Stateful: one array. An array that waits for
 * room holds its inputs back.
 *
 * @throws {InvalidOptionError} if no bound is given, or one is out of range. The run fails with a `BadInputError` if an
 * item's size is asked for and not known.
 *
 * @example
 * ```ts
 * import { buffer, fromIterable, toArray } from 'millrace/terms'
 *
 * const packets = fromIterable(['to', 'be', 'or', 'not']).pipe(buffer({ maxBytes: 4, maxMs: 50 }))
 * console.log(await toArray(packets)) // [ [ 'to', 'be' ], [ 'or' ], [ 'not' ] ]
 * ```
 */
export function buffer<Item>(options: BufferOptions<Item>): Leaf<Item, Item[], Buffered<Item>> {
  checkOptions('buffer', options, { maxItems: true, maxBytes: true, maxMs: true, bytesOf: true })
  const { maxItems, maxBytes, maxMs, bytesOf = bytesOfItem } = options
  if (maxItems === undefined && maxBytes === undefined && maxMs === undefined) {
    throw new InvalidOptionError(
      'The options of buffer()',
      options,
      'given at least one of maxItems, maxBytes, maxMs',
    )
  }
  if (maxItems !== undefined) checkWhole('maxItems of buffer()', maxItems, 1)
  if (maxBytes !== undefined) checkWhole('maxBytes of buffer()', maxBytes, 1)
  if (maxMs !== undefined) checkMs('maxMs of buffer()', maxMs)
  const sizeOf = synchronous('bytesOf of buffer', bytesOf)
  const bounds: Bounds<Item> = { maxItems: maxItems ?? 65_536, maxBytes, bytesOf: sizeOf }
  if (maxMs !== undefined) return new TimedBuffer(bounds, maxMs)

  const f = (item: Item, ctx: Context<Buffered<Item>, Item[]>): Item[] | undefined => {
    const [first, second] = add(bounds, ctx.state, item, Number.POSITIVE_INFINITY)
    if (second === undefined) return first
    if (first !== undefined) ctx.emit(first)
    return second
  }
  return kernelTerm<Item, Item[], Buffered<Item>>(
    'buffer',
    { kind: 'apply', self: {}, f },
    { initialState: empty, end: ({ state }) => (state.items.length > 0 ? [flush(state)] : []) },
  )
}

interface Bounds<Item> {
  readonly maxItems: number
  readonly maxBytes: number | undefined
  readonly bytesOf: (item: Item) => number
}

function empty<Item>(): Buffered<Item> {
  return { items: [], bytes: 0, dueAt: Number.POSITIVE_INFINITY }
}

function flush<Item>(state: Buffered<Item>): Item[] {
  const { items } = state
  state.items = []
  state.bytes = 0
  state.dueAt = Number.POSITIVE_INFINITY
  return items
}

/** Takes an item in. Returns the arrays that leave: one without it, one with it. */
function add<Item>(
  { maxItems, maxBytes, bytesOf }: Bounds<Item>,
  state: Buffered<Item>,
  item: Item,
  dueAt: number,
): [before?: Item[] | undefined, filled?: Item[]] {
  let before: Item[] | undefined
  if (maxBytes !== undefined) {
    const bytes = bytesOf(item)
    if (typeof bytes !== 'number' || !(bytes >= 0)) {
      throw new BadInputError(
        `bytesOf of buffer() gave ${describe(bytes)} for ${describe(item)}, which is no size.`,
      )
    }
    if (state.items.length > 0 && state.bytes + bytes > maxBytes) before = flush(state)
    state.bytes += bytes
  }
  if (state.items.length === 0) state.dueAt = dueAt
  state.items.push(item)
  const isFull = state.items.length >= maxItems || (maxBytes !== undefined && state.bytes >= maxBytes)
  return isFull ? [before, flush(state)] : [before]
}

class TimedBuffer<Item> extends ReactiveTerm<Item, Item[], Buffered<Item>> {
  override name = 'buffer'
  readonly #bounds: Bounds<Item>
  readonly #maxMs: number

  constructor(bounds: Bounds<Item>, maxMs: number) {
    super()
    this.#bounds = bounds
    this.#maxMs = maxMs
  }

  override initialState(): Buffered<Item> {
    return empty()
  }

  protected override async react(
    arrivals: Arrivals<Item>,
    ctx: StreamContext<Buffered<Item>, Item[]>,
  ): Promise<void> {
    const { state } = ctx
    // of a run that was resumed: the machine may have been started again since, and its clock with it
    if (state.items.length > 0) state.dueAt = Math.min(state.dueAt, ctx.clock.monotonic() + this.#maxMs)
    for (;;) {
      const arrival = await arrivals.next(state.dueAt)
      if (arrival === 'item') {
        for (const full of add(this.#bounds, state, arrivals.take(), ctx.clock.monotonic() + this.#maxMs)) {
          if (full !== undefined) await ctx.emit(full)
        }
      } else {
        if (state.items.length > 0) await ctx.emit(flush(state))
        if (arrival === 'end') return
      }
    }
  }
}

function bytesOfItem(item: unknown): number {
  if (typeof item === 'string') return Buffer.byteLength(item)
  if (ArrayBuffer.isView(item)) return item.byteLength
  throw new BadInputError(
    `buffer() does not know how many bytes ${describe(item)} has. Give it bytesOf, or texts or byte arrays.`,
  )
}
