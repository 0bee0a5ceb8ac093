/**
 * The types that carry port names and item types through compositions. Nothing here exists at run time.
 */

import type { Term } from './term.ts'

declare const PORTS: unique symbol
declare const NO_OUTPUT: unique symbol

/** Several output streams: `Row` is a record of port name to item type, or a tuple for unnamed branches. */
export interface Ports<out Row> {
  readonly [PORTS]: Row
}

/** What nothing accepts as input: the output of a term that has none. */
export interface NoOutput {
  readonly [NO_OUTPUT]: never
}

/** What the next term gets: the item itself, or for several streams a complete row, one item of each. */
export type RowOf<Out> = [Out] extends [never] ? NoOutput : Out extends Ports<infer Row> ? Row : Out

/** Any term, whatever it takes and gives. */
export type AnyTerm = Term<never, unknown>

/** What a term takes. */
export type InputOf<T> = T extends Term<infer In, unknown> ? In : never

/** What a term gives. */
export type OutputOf<T> = T extends Term<never, infer Out> ? Out : never

/** The output of `parallel({ name: term })`. A branch with ports of its own gives `name.port`. */
export type Named<Branches> = NamedRow<
  { [K in keyof Branches & string]: BranchRow<K, OutputOf<Branches[K]>> }[keyof Branches & string]
>

type NamedRow<Rows> = [Rows] extends [never] ? never : Ports<Flat<Intersect<Rows>>>

/** One branch's part of the row; a sink has none. Brackets keep items of a union type together. */
type BranchRow<K extends string, Out> = [Out] extends [never]
  ? never
  : [PortsOf<Out>] extends [Ports<infer Row>]
    ? Row extends readonly unknown[]
      ? { [P in `${K}.${number}`]: Row[number] }
      : { [P in keyof Row & string as `${K}.${P}`]: Row[P] }
    : { [P in K]: Out }

/** The output if it may be ports: `any` is an item, though it would fit everything. */
type PortsOf<Out> = 0 extends 1 & Out ? 'an item' : Out

type Intersect<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never

type Flat<Row> = { [K in keyof Row]: Row[K] }

/** The output of `parallel(a, b, …)`: a tuple row; branches with ports of their own are united by name. */
export type Tuple<Branches extends readonly unknown[]> =
  AllNamed<Branches> extends true ? Ports<UnitedRows<Branches>> : Single<TupleRow<Branches>>

type Single<Row extends readonly unknown[]> = Row extends readonly []
  ? never
  : Row extends readonly [infer Only]
    ? Only
    : Ports<Row>

type TupleRow<
  Branches extends readonly unknown[],
  Row extends readonly unknown[] = [],
> = Branches extends readonly [infer Head, ...infer Rest]
  ? TupleRow<Rest, [...Row, ...TupleItems<OutputOf<Head>>]>
  : Row

type TupleItems<Out> = [Out] extends [never]
  ? []
  : [PortsOf<Out>] extends [Ports<infer Row>]
    ? Row extends readonly unknown[]
      ? Row
      : [NoOutput]
    : [Out]

type AllNamed<Branches extends readonly unknown[]> = Branches extends readonly [infer Head, ...infer Rest]
  ? [OutputOf<Head>] extends [never]
    ? AllNamed<Rest>
    : [PortsOf<OutputOf<Head>>] extends [Ports<infer Row>]
      ? Row extends readonly unknown[]
        ? false
        : Rest extends readonly []
          ? true
          : AllNamed<Rest>
      : false
  : true

type UnitedRows<Branches extends readonly unknown[]> = Branches extends readonly [infer Head, ...infer Rest]
  ? ([PortsOf<OutputOf<Head>>] extends [Ports<infer Row>] ? Row : unknown) & UnitedRows<Rest>
  : unknown

/** The output of a `parallel` whose number of branches is known only at run time. */
export type Many<Item> = [Item] extends [never] ? never : Ports<readonly Item[]>

declare const ABSENT: unique symbol

/** In the place of what a branch gives: there is no such branch. */
export type Absent = typeof ABSENT

/** The output of `parallel(a, b, …)`, by what each branch gives; the first that is absent ends the list. */
export type Several<Outs extends readonly unknown[]> = Tuple<PresentTerms<Outs>>

type PresentTerms<
  Outs extends readonly unknown[],
  Found extends readonly unknown[] = [],
> = Outs extends readonly [infer Head, ...infer Rest]
  ? IsAbsent<Head> extends true
    ? Found
    : PresentTerms<Rest, [...Found, Term<never, Head>]>
  : Found

type IsAbsent<Out> = [Out] extends [never] ? false : [PortsOf<Out>] extends [Absent] ? true : false
