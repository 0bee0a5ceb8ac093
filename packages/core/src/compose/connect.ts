/** `connect`: wires one port by hand. */

import type { Term } from '../term/term.ts'
import { Composite, compose } from '../term/term.ts'
import type { RowOf } from '../term/types.ts'

/**
 * Wires the output port `output` of `from` to the input `input` of `to`: LogicSponge's `connect_output_to`.
 *
 * Without `output`, all outputs of `from` are wired; without `input`, the input is named after the output.
 * Ports and names are checked when the graph is built (`UnknownPortError`, `TwoWritersError`).
 *
 * @example
 * ```ts
 * import { connect } from 'millrace'
 * import { fromIterable, id, map, toArray } from 'millrace/terms'
 *
 * const squares = fromIterable([2, 3]).parallel({ n: id(), square: map((n) => n * n) })
 * const halves = connect(squares, map((n: number) => n / 2), { output: 'square' })
 * console.log(await toArray(halves)) // [ 2, 4.5 ]
 * ```
 */
export function connect<In, Out, K extends keyof RowOf<Out> & string, Next>(
  from: Term<In, Out>,
  to: Term<RowOf<Out>[K], Next>,
  wires: { readonly output: K; readonly input?: string },
): Term<In, Next>
export function connect<In, Out, Next>(
  from: Term<In, Out>,
  to: Term<never, Next>,
  wires: { readonly input: string },
): Term<In, Next>
export function connect(
  from: Term<never, unknown>,
  to: Term<never, unknown>,
  wires: { readonly output?: string; readonly input?: string },
): Term<never, unknown> {
  let writer = from
  if (wires.output !== undefined) writer = new Composite('select', [writer], [wires.output])
  if (wires.input !== undefined) writer = new Composite('relabel', [writer], [wires.input])
  return compose('sequential', [writer, to])
}
