/** `constant`: the same item again and again. */

import { type Context, InvalidOptionError, type SourceTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { checkMilliseconds, type Polling, PollingSource } from './polling.ts'

/** Options of {@link constant}. */
export interface ConstantOptions {
  /** How often the item is given. Default: without end. */
  readonly count?: number
  /** Milliseconds from one item to the next, on the run's clock. Default 0: as fast as they are taken. */
  readonly everyMs?: number
}

/**
 * A source that gives the same item again and again.
 *
 * Pekko's `Source.repeat`, and with `everyMs` its `Source.tick`. LogicSponge's ConstantSourceTerm, which gives each item
 * of a list once, is `fromIterable`. It is asked only while there is room downstream, so it may be endless: end it with a `take` behind it, or by stopping the run. With `everyMs`
 * the first item comes at once, and time that an item waits for room is not made up for.
 *
 * @throws {InvalidOptionError} if `item` is `undefined`, `count` no whole number, or `everyMs` no time.
 *
 * @example
 * ```ts
 * import { constant, take, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(constant({ x: 1 }).pipe(take(2)))) // [ { x: 1 }, { x: 1 } ]
 * console.log(await toArray(constant('tick', { count: 3 }))) // [ 'tick', 'tick', 'tick' ]
 * ```
 */
export function constant<Item>(item: Item, options: ConstantOptions = {}): SourceTerm<Item> {
  checkOptions('constant', options, { count: true, everyMs: true })
  const { count = Number.POSITIVE_INFINITY, everyMs = 0 } = options
  if (item === undefined)
    throw new InvalidOptionError('The item of constant()', item, 'anything but undefined')
  if (count !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(count) && count >= 0)) {
    throw new InvalidOptionError('count of constant()', count, 'a whole number, at least 0, or Infinity')
  }
  if (everyMs !== 0) checkMilliseconds('everyMs of constant()', everyMs)
  return new Constant(item, count, everyMs)
}

class Constant<Item> extends PollingSource<Item> {
  override name = 'constant'
  override readonly replayable = true
  readonly #item: Item
  readonly #count: number
  readonly #everyMs: number

  constructor(item: Item, count: number, everyMs: number) {
    super()
    this.#item = item
    this.#count = count
    this.#everyMs = everyMs
  }

  override generate(ctx: Context<unknown, never>): Iterable<Item> | AsyncIterable<Item> {
    return this.#everyMs === 0 ? this.#atOnce() : super.generate(ctx)
  }

  *#atOnce(): Iterable<Item> {
    for (let given = 0; given < this.#count; given++) yield this.#item
  }

  protected override async *poll({ sleep }: Polling): AsyncGenerator<Item, void, undefined> {
    for (let given = 0; given < this.#count; given++) {
      if (given > 0 && !(await sleep(this.#everyMs))) return
      yield this.#item
    }
  }
}
