/** `keyBy`: the keys of a stream shared out over several copies of a term. */

import { InvalidOptionError, KernelTerm, merge, type Ports, parallel, type Term } from '@millrace/core'
import { checkFunction, checkOptions, checkWhole } from '../check.ts'
import { type GroupKey, keyOf } from '../event-time/options.ts'

/** Options of {@link keyBy}. */
export interface KeyByOptions {
  /** Copies of the term. Default 4. More than there are processors do no harm: keys are shared out more evenly. */
  readonly partitions?: number
}

/**
 * Shares the keys out over copies of a term with a state, so that they can work side by side: all items of one key go
 * to one copy. Flink's `keyBy`, Pekko's `groupBy` with a bounded number of substreams, Bytewax's keyed streams.
 *
 * `make` makes one copy, most often a keyed term with the same key. Each copy has the state of its own keys alone, and
 * under `pool` and `work-stealing` each moves to a worker of its own once it is heavy. What the copies give is merged:
 * it keeps the order of each key, and what comes of different keys may interleave in any way. Which copy has which key
 * depends on nothing but the key and `partitions`, so it is the same in every run.
 *
 * Keeps no state itself. Every copy holds the stream back, since it might get the next item.
 *
 * Key hash: FNV-1a (Fowler, Noll, Vo).
 *
 * @throws {InvalidOptionError} if a function is none, `make` gives one term twice, or `partitions` is no whole number
 * from 1; the run fails with a `BadInputError` if a key is an object.
 *
 * @example
 * ```ts
 * import { fromIterable, keyBy, keyedReduce, toArray } from 'millrace/terms'
 *
 * const orders = [
 *   { customer: 'eva', price: 3 },
 *   { customer: 'ben', price: 4 },
 *   { customer: 'eva', price: 5 },
 * ]
 * const customerOf = (order: (typeof orders)[number]) => order.customer
 * const totals = fromIterable(orders).pipe(
 *   keyBy(customerOf, () => keyedReduce(customerOf, (total: number, { price }) => total + price, 0)),
 * )
 * const found = await toArray(totals)
 * console.log(found.map(({ key, value }) => `${key} ${value}`).toSorted()) // [ 'ben 4', 'eva 8' ]
 * ```
 */
export function keyBy<In, Out, Key extends GroupKey>(
  key: (item: In) => Key,
  make: (partition: number) => Term<In, Out>,
  options: KeyByOptions = {},
): Term<In, Out> {
  checkOptions('keyBy', options, { partitions: true })
  const { partitions = 4 } = options
  const read = keyOf('keyBy', key)
  checkFunction('keyBy', make)
  checkWhole('partitions of keyBy()', partitions, 1)
  const copies = Array.from({ length: partitions }, (_, at) => make(at))
  if (new Set(copies).size < partitions) {
    throw new InvalidOptionError('The function of keyBy()', make, 'one that makes a new term each time')
  }
  const router = new Router(read, partitions)
  const branches = copies.map((copy, at) => router.port(String(at)).pipe(copy as never))
  return parallel(...branches).pipe(merge() as never) as Term<In, Out>
}

/** Sends each item to the port of its key's partition. */
class Router<In> extends KernelTerm<In, Ports<Record<string, In>>> {
  override readonly outputs: readonly string[]
  override readonly sharesOut = true

  constructor(read: (item: In) => GroupKey, partitions: number) {
    const outputs = Array.from({ length: partitions }, (_, at) => String(at))
    super('keyBy', {
      kind: 'map',
      f: (item: In) => ({ [outputs[hashOf(read(item)) % partitions] as string]: item }),
    })
    this.outputs = outputs
  }
}

/** Of a key's type and text: `1` and `'1'` are two keys. */
function hashOf(key: GroupKey): number {
  const text = `${typeof key} ${String(key)}`
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
