// Terms made by functions that know nothing of the items.
import type { Term } from 'millrace'
import { filter, fromIterable, map, reduce, scan } from 'millrace/terms'
import { same } from '../same.ts'

const pluck = <Row, Name extends keyof Row>(name: Name): Term<Row, Row[Name]> => map((row: Row) => row[name])
const present = <Item>(): Term<Item | null | undefined, Item> =>
  filter((item: Item | null | undefined): item is Item => item !== null && item !== undefined)
const largest = <Item>(of: (item: Item) => number) =>
  reduce<Item, Item | undefined>(
    (most, item) => (most === undefined || of(item) > of(most) ? item : most),
    undefined,
  )
function twice<In, Mid, Out>(first: Term<In, Mid>, second: Term<NoInfer<Mid>, Out>): Term<In, Out> {
  return first.pipe(second as never)
}

const rows = fromIterable([{ name: 'ada', age: 36 as number | null }])
const ages = rows.pipe(pluck('age'), present())
same<typeof ages, Term<never, number>>()
const oldest = ages.pipe(largest((age) => age))
same<typeof oldest, Term<never, number | undefined>>()
const made = fromIterable([1]).pipe(
  twice(
    map((n: number) => n + 1),
    map((n: number) => [n]),
  ),
)
same<typeof made, Term<never, number[]>>()
const seen = ages.pipe(scan((all: readonly number[], age) => [...all, age], []))
same<typeof seen, Term<never, readonly number[]>>()
