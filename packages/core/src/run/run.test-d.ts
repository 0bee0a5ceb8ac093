// What run() takes and gives, in types. Compiled by `npm run check`, never run.

import { expectTypeOf } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { SinkTerm } from '../term/sink-term.ts'
import type { Term } from '../term/term.ts'
import type { Summary } from './options.ts'
import { run } from './run.ts'

declare const numbers: Term<never, number>
declare const texts: Term<never, string>
declare const length: Term<string, number>

// only what has no open input can be run
run(numbers)
run(parallel(numbers, texts))
// @ts-expect-error this term has an open input
run(length)
// @ts-expect-error and so has a parallel with one
run(parallel(numbers, length))

// outputs have names and item types
expectTypeOf(run(numbers).output()).toEqualTypeOf<AsyncIterableIterator<number>>()
expectTypeOf(run(numbers).output('out')).toEqualTypeOf<AsyncIterableIterator<number>>()
const named = run(parallel({ n: numbers, t: texts }))
expectTypeOf(named.output('n')).toEqualTypeOf<AsyncIterableIterator<number>>()
expectTypeOf(named.output('t')).toEqualTypeOf<AsyncIterableIterator<string>>()
// @ts-expect-error there is no such output
named.output('z')
const tuple = run(parallel(numbers, texts))
expectTypeOf(tuple.output('1')).toEqualTypeOf<AsyncIterableIterator<string>>()

// results have the type of the sink's result
class Total extends SinkTerm<number, number> {
  write() {}
  override result() {
    return 1
  }
}
class Average extends SinkTerm<number, string> {
  write() {}
  override async result() {
    return '1.5'
  }
}
declare const summary: Summary
expectTypeOf(summary.result(new Total())).toEqualTypeOf<number>()
expectTypeOf(summary.result(new Average())).toEqualTypeOf<string>()

// handle
expectTypeOf(named.done).toEqualTypeOf<Promise<Summary>>()
named.on('stats', ({ items }) => expectTypeOf(items.in).toEqualTypeOf<number>())
named.on('stall', (edge) => expectTypeOf(edge.capacityItems).toEqualTypeOf<number>())
// @ts-expect-error there is no such event
named.on('finish', () => undefined)
// @ts-expect-error batchItems is a number
run(numbers, { batchItems: '7' })
