// A cycle, which the types cannot follow: an annotation says what goes round.
import { parallel, run, type Term } from 'millrace'
import { collect, fromIterable, map, merge } from 'millrace/terms'
import { same } from '../same.ts'

const join = merge<{ start: number; back: number }>()
const half = join.pipe(map((n) => (n > 1 ? n >> 1 : undefined)))
same<typeof half, Term<{ start: number; back: number }, number>>()
const halves = collect<number>()
const loop: Term<never, unknown> = parallel({ start: fromIterable([12]), back: half }).pipe(join, halves)
const summary = await run(loop).done
export const found: readonly number[] = summary.result(halves)
