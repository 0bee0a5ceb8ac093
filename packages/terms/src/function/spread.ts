/** `spread`: stateless work dealt out to several copies of a term. */

import { InvalidOptionError, KernelTerm, merge, type Ports, parallel, type Term } from '@millrace/core'
import { checkFunction, checkOptions, checkWhole } from '../check.ts'

/** Options of {@link spread}. */
export interface SpreadOptions {
  /** Copies of the term. Default 4. More than there are hosts do no harm: work is dealt out more evenly. */
  readonly copies?: number
}

/**
 * Deals items out to copies of a term that treats each item by itself, so that hosts can work side by side; what the
 * copies give is merged. Storm's shuffle grouping, Flink's `rebalance`.
 *
 * For `--strategy distributed`, where each copy runs on a host of its own. Under the other strategies the answer is the
 * same, and `pool` shares out stateless terms by itself. Each copy keeps the order of its items; those of different copies
 * may interleave in any way. Items go to the copies in turn, the first to the first.
 *
 * Stateful: whose turn it is. Every copy holds the stream back, since it might get the next item.
 *
 * @throws {InvalidOptionError} if `make` is no function or gives one term twice, or `copies` is no whole number from 1.
 *
 * @example
 * ```ts
 * import { fromIterable, map, spread, toArray } from 'millrace/terms'
 *
 * const squares = fromIterable([1, 2, 3]).pipe(spread(() => map((n: number) => n * n), { copies: 2 }))
 * console.log((await toArray(squares)).toSorted()) // [ 1, 4, 9 ]
 * ```
 */
export function spread<In, Out>(
  make: (copy: number) => Term<In, Out>,
  options: SpreadOptions = {},
): Term<In, Out> {
  checkOptions('spread', options, { copies: true })
  const { copies = 4 } = options
  checkFunction('spread', make)
  checkWhole('copies of spread()', copies, 1)
  const made = Array.from({ length: copies }, (_, at) => make(at))
  if (new Set(made).size < copies) {
    throw new InvalidOptionError('The function of spread()', make, 'one that makes a new term each time')
  }
  const dealer = new Dealer<In>(copies)
  const branches = made.map((copy, at) => dealer.port(String(at)).pipe(copy as never))
  return parallel(...branches).pipe(merge() as never) as Term<In, Out>
}

/** Sends each item to the next port. */
class Dealer<In> extends KernelTerm<In, Ports<Record<string, In>>, number> {
  override readonly outputs: readonly string[]
  override readonly sharesOut = true

  constructor(copies: number) {
    const outputs = Array.from({ length: copies }, (_, at) => String(at))
    super(
      'spread',
      {
        kind: 'apply',
        self: {},
        f: (item: In, ctx: { state: number }) => {
          const at = ctx.state
          ctx.state = (at + 1) % copies
          return { [outputs[at] as string]: item }
        },
      },
      { initialState: () => 0 },
    )
    this.outputs = outputs
  }
}
