/** `spawnBy`: a copy of a term for each key. */

import {
  type Context,
  InvalidOptionError,
  type StreamContext,
  StreamTerm,
  type Term,
  type View,
} from '@millrace/core'
import { checkFunction, checkMs, checkOptions, checkWhole, synchronous } from '../check.ts'
import { Spawner, type SpawnPlan } from './spawner.ts'

/** Options of {@link spawnBy}. */
export interface SpawnByOptions<In> {
  /** Copies at work at most. Default 1,024. */
  readonly maxKeys?: number
  /**
   * What an item of one key too many does: `fail` ends the run with an error; `evict` ends the copy used longest
   * ago and waits for that. Default `fail`.
   */
  readonly whenFull?: 'fail' | 'evict'
  /** A copy that got no item for so many ms of the run's clock is ended. Default: never. */
  readonly idleMs?: number
  /** Whether the item is the last of its key for now: the copy is ended behind it. Default: none is. */
  readonly isLast?: (item: In) => boolean
  /** Items that wait in front of one copy, and on each edge within it, at most. Default 256. */
  readonly capacityItems?: number
}

/**
 * Gives each key a copy of a term of its own, `spawn(key)`, made when its first item comes: an item goes through the
 * copy of its key, `key(item)`, and what the copies give leaves in one stream.
 *
 * LogicSponge's DynamicSpawnTerm; rxjs' `groupBy` with `mergeMap`, Pekko's `groupBy` with `mergeSubstreams`. Each key's
 * items keep their order; how keys interleave is open, as for `merge`. Keys are told apart as in a `Map`. A copy may be
 * any term, with a state, composed, or a sink, and runs in a run of its own, on this thread: its items' `ctx.time` is
 * when they reached it. When the stream ends, all copies end, and give what they still hold.
 *
 * Copies that are ended in between (`idleMs`, `isLast`, `evict`) give what they hold, too; a later item of their key
 * waits for that and then gets a new copy, with a new state. A copy that ends by itself, such as a `take`, lets later
 * items of its key go until the copy is ended. `isLast` and `evict` depend on the items alone, `idleMs` on time.
 *
 * The input waits while the copy it has an item for is full; results wait for room downstream. For one state per key
 * where no graph is needed, `keyedScan` and the like take less. Pinned to the caller's thread.
 *
 * In a feedback loop the loop goes on while copies have items under way, also items that wait for a request. What a
 * term in a copy has taken and holds back, as `buffer` does, is not under way: the loop may end before it comes.
 *
 * @throws {InvalidOptionError} if a function is none or an option is out of range. A key too many fails the run with a
 * `BadInputError`, what is no term with a `NotATermError`, a failing copy with its `TermError`.
 *
 * @example
 * ```ts
 * import { fromIterable, map, scan, spawnBy, toArray } from 'millrace/terms'
 *
 * const sales = fromIterable([
 *   { shop: 'A', price: 5 },
 *   { shop: 'B', price: 7 },
 *   { shop: 'A', price: 4 },
 * ])
 * const totals = sales.pipe(
 *   spawnBy(
 *     ({ shop }) => shop,
 *     (shop) =>
 *       map(({ price }: { price: number }) => price).pipe(
 *         scan((total, price) => total + price, 0),
 *         map((total) => `${shop}: ${total}`),
 *       ),
 *   ),
 * )
 * console.log((await toArray(totals)).sort()) // [ 'A: 5', 'A: 9', 'B: 7' ]
 * ```
 */
export function spawnBy<In, Key, Out>(
  key: (item: In) => Key,
  spawn: (key: Key) => Term<In, Out>,
  options: SpawnByOptions<In> = {},
): StreamTerm<In, Out> {
  checkOptions('spawnBy', options, {
    maxKeys: true,
    whenFull: true,
    idleMs: true,
    isLast: true,
    capacityItems: true,
  })
  const { maxKeys = 1024, whenFull = 'fail', idleMs, isLast, capacityItems = 256 } = options
  const keyOf = synchronous('spawnBy', key)
  checkFunction('spawnBy', spawn)
  checkWhole('maxKeys of spawnBy()', maxKeys, 1)
  checkWhole('capacityItems of spawnBy()', capacityItems, 1)
  if (whenFull !== 'fail' && whenFull !== 'evict') {
    throw new InvalidOptionError('whenFull of spawnBy()', whenFull, '"fail" or "evict"')
  }
  if (idleMs !== undefined) checkMs('idleMs of spawnBy()', idleMs)
  const ends = isLast === undefined ? undefined : synchronous('isLast of spawnBy', isLast)
  return new SpawnBy({ keyOf, spawn, maxKeys, whenFull, idleMs, isLast: ends, capacityItems }).local()
}

class SpawnBy<In, Key, Out> extends StreamTerm<In, Out> {
  override name = 'spawnBy'
  readonly #plan: SpawnPlan<In, Key, Out>
  /** What is under way, by the signal of the run: the same term may be in several runs at once. */
  readonly #runs = new WeakMap<AbortSignal, Promise<void>>()

  constructor(plan: SpawnPlan<In, Key, Out>) {
    super()
    this.#plan = plan
  }

  override run(view: View<In>, ctx: StreamContext<unknown, Out>): Promise<void> {
    const work = new Spawner(this.#plan, ctx).run(view)
    this.#runs.set(ctx.signal, work)
    return work
  }

  /** Copies are gone before the run is: the engine does not wait long for `run` itself. */
  override async exit(ctx: Context<unknown, Out>): Promise<void> {
    await this.#runs.get(ctx.signal)?.catch(() => undefined)
  }
}
