// Types flow from end to end: through pipe, parallel, port, connect, merge and graph. Wrong compositions are compile
// errors; callbacks need no annotation. Compiled by `npm run check`, never run.

import { expectTypeOf } from 'vitest'
import { connect } from '../compose/connect.ts'
import { graph } from '../compose/graph-module.ts'
import { parallel } from '../compose/parallel.ts'
import { sequential } from '../compose/sequential.ts'
import type { Context } from '../contracts.ts'
import { FlatMapTerm, FunctionTerm } from './function-term.ts'
import { type KernelTerm, kernelTerm } from './leaf.ts'
import { merge } from './merge-term.ts'
import { moduleTerm } from './module-term.ts'
import { SinkTerm } from './sink-term.ts'
import { SourceTerm } from './source-term.ts'
import { MultiStreamTerm, type StreamContext, StreamTerm, type View } from './stream-term.ts'
import type { Term } from './term.ts'
import type { InputOf, OutputOf, Ports } from './types.ts'

declare function map<In, Out>(f: (item: In) => Out): KernelTerm<In, Out>
declare const numbers: Term<never, number>
declare const texts: Term<never, string>
declare const length: Term<string, number>
declare const text: Term<number, string>
declare const printed: Term<unknown, never>

// pipe carries the item type; callbacks need no annotation
expectTypeOf(numbers.pipe(text)).toEqualTypeOf<Term<never, string>>()
expectTypeOf(numbers.pipe(text, length, text)).toEqualTypeOf<Term<never, string>>()
expectTypeOf(text.pipe(length)).toEqualTypeOf<Term<number, number>>()
expectTypeOf(sequential(numbers, text, length)).toEqualTypeOf<Term<never, number>>()
expectTypeOf(
  numbers.pipe(
    map((n) => n.toFixed()),
    map((s) => s.length),
  ),
).toEqualTypeOf<Term<never, number>>()
expectTypeOf(numbers.pipe(printed)).toEqualTypeOf<Term<never, never>>()

// @ts-expect-error a reader of texts does not take numbers
numbers.pipe(length)
// @ts-expect-error nor behind another term
numbers.pipe(text, text)
// @ts-expect-error nothing comes out of a sink
numbers.pipe(printed, text)
// @ts-expect-error a source takes no input
numbers.pipe(numbers)
// @ts-expect-error a function is no term
numbers.pipe((n: number) => n)
// @ts-expect-error in a sequence, too
sequential(numbers, length)

// named branches make records
const named = numbers.parallel({ t: text, n: map((n) => n * 2) })
expectTypeOf<OutputOf<typeof named>>().toEqualTypeOf<Ports<{ t: string; n: number }>>()
expectTypeOf(named.pipe(map(({ t, n }) => t.length + n))).toEqualTypeOf<Term<never, number>>()
expectTypeOf(named.port('t')).toEqualTypeOf<Term<never, string>>()
// @ts-expect-error there is no such port
named.port('z')
// @ts-expect-error no column z
named.pipe(map(({ z }) => z))
// @ts-expect-error a branch takes what the term gives
numbers.parallel({ t: length })

// unnamed branches make tuples
const tuple = numbers.parallel(
  text,
  map((n) => n > 1),
)
expectTypeOf<OutputOf<typeof tuple>>().toEqualTypeOf<Ports<[string, boolean]>>()
expectTypeOf(tuple.pipe(map(([a, b]) => (b ? a : '')))).toEqualTypeOf<Term<never, string>>()
// @ts-expect-error there are two columns
tuple.pipe(map(([, , c]) => c))

// items of a union type stay together
declare const either: Term<number, string | boolean>
const unions = numbers.parallel({ e: either, f: either })
expectTypeOf<OutputOf<typeof unions>>().toEqualTypeOf<Ports<{ e: string | boolean; f: string | boolean }>>()
expectTypeOf(unions.pipe(map(({ e }) => e))).toEqualTypeOf<Term<never, string | boolean>>()

// and so do items that nobody typed
declare const untyped: Term<number, any>
expectTypeOf(numbers.parallel({ x: untyped, y: text }).port('x')).toEqualTypeOf<Term<never, any>>()
expectTypeOf<OutputOf<typeof untypedPair>>().toEqualTypeOf<Ports<[any, string]>>()
const untypedPair = numbers.parallel(untyped, text)

// nesting: names are joined with a dot, tuples are flattened
const nested = parallel({ x: parallel({ y: texts, z: numbers }), w: numbers })
expectTypeOf<OutputOf<typeof nested>>().toEqualTypeOf<Ports<{ 'x.y': string; 'x.z': number; w: number }>>()
const flat = parallel(parallel(texts, numbers), numbers)
expectTypeOf<OutputOf<typeof flat>>().toEqualTypeOf<Ports<[string, number, number]>>()

// sinks among the branches have no column
const withSink = numbers.parallel({ t: text, p: printed, n: map((n) => n) })
expectTypeOf<OutputOf<typeof withSink>>().toEqualTypeOf<Ports<{ t: string; n: number }>>()

// branches share their input; sources beside them take none
const shared = parallel({ t: text, s: texts })
expectTypeOf<InputOf<typeof shared>>().toEqualTypeOf<number>()
expectTypeOf(parallel(numbers, texts)).toExtend<Term<never, Ports<[number, string]>>>()

// one branch whose number is known only at run time
declare const many: readonly Term<number, string>[]
expectTypeOf(
  numbers.pipe(
    parallel(...many),
    map((row) => row[0]),
  ),
).toEqualTypeOf<Term<never, string | undefined>>()

// merge takes rows apart
expectTypeOf(named.pipe(merge())).toEqualTypeOf<Term<never, string | number>>()
expectTypeOf(
  named.pipe(
    merge({ tagged: true }),
    map(({ name, data }) => [name, data] as const),
  ),
).toExtend<Term<never, readonly ['t' | 'n', string | number]>>()

// connect wires one port
expectTypeOf(connect(named, length, { output: 't' })).toEqualTypeOf<Term<never, number>>()
// @ts-expect-error the port n gives numbers
connect(named, length, { output: 'n' })
// @ts-expect-error there is no such port
connect(named, length, { output: 'z' })

// classes
class Shout extends FunctionTerm<string, string, number> {
  override initialState() {
    return 0
  }
  f(item: string, ctx: Context<number, string>) {
    ctx.state += item.length
    return `${item}!`
  }
}
class Letters extends FlatMapTerm<string, string> {
  *f(item: string) {
    yield* item
  }
}
class Hello extends SourceTerm<string> {
  *generate() {
    yield 'Hello'
  }
}
class Total extends SinkTerm<string, number> {
  write() {}
  override result() {
    return 1
  }
}
class Pairs extends StreamTerm<string, [string, string]> {
  async run(view: View<string>, ctx: StreamContext<unknown, [string, string]>) {
    for await (const item of view) await ctx.emit([item, item])
  }
}
class Both extends MultiStreamTerm<{ t: string; n: number }, number> {
  async run(
    views: { readonly t: View<string>; readonly n: View<number> },
    ctx: StreamContext<unknown, number>,
  ) {
    await ctx.emit(((await views.t.next())?.length ?? 0) + ((await views.n.next()) ?? 0))
  }
}
expectTypeOf(new Hello().pipe(new Shout(), new Letters(), new Pairs())).toEqualTypeOf<
  Term<never, [string, string]>
>()
expectTypeOf(new Hello().pipe(new Total())).toEqualTypeOf<Term<never, never>>()
expectTypeOf(named.pipe(new Both())).toEqualTypeOf<Term<never, number>>()
// @ts-expect-error a class is held to its items as well
numbers.pipe(new Shout())
class Wrong extends FunctionTerm<string, string> {
  // @ts-expect-error f must give what the class says
  f(item: string) {
    return item.length
  }
}
void Wrong

// terms keep their class where they are configured
expectTypeOf(new Shout().named('s').edge({ capacityItems: 1 }).local()).toEqualTypeOf<Shout>()
expectTypeOf(moduleTerm<string, number>('file:///x.js')).toExtend<Term<string, number>>()
expectTypeOf(kernelTerm<string, number>('k', { kind: 'map', f: (s: string) => s.length })).toExtend<
  Term<string, number>
>()

// graph modules carry their parameters
const lengths = graph(import.meta.url, ({ upTo }: { upTo: number }) =>
  numbers.pipe(map((n) => `${n + upTo}`)),
)
expectTypeOf(lengths({ upTo: 1 })).toExtend<Term<never, string>>()
// @ts-expect-error the parameter is missing
lengths()
// @ts-expect-error the parameter is a number
lengths({ upTo: 'x' })
expectTypeOf(graph(import.meta.url, () => numbers)()).toExtend<Term<never, number>>()
