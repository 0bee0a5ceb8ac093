// The function parallel: each branch keeps its own type, also where one type has all of another; a list of terms gives a list.
import { type InputOf, type OutputOf, type Ports, parallel, type Term } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

const id = fromIterable([{ id: 1 }])
const named = fromIterable([{ id: 1, name: 'a' }])
type Id = { id: number }
type Whole = { id: number; name: string }

const mixed = parallel(id, named, id, named)
same<OutputOf<typeof mixed>, Ports<[Id, Whole, Id, Whole]>>()
mixed.pipe(map(([, { name }]) => name.trim()))

const alike = parallel(id, id, id, id)
same<OutputOf<typeof alike>, Ports<[Id, Id, Id, Id]>>()
const asMethod = fromIterable([1]).parallel(map(String), map(String), map(String), map(String))
const asFunction = fromIterable([1]).pipe(parallel(map(String), map(String), map(String), map(String)))
same<OutputOf<typeof asFunction>, OutputOf<typeof asMethod>>()
same<OutputOf<typeof asMethod>, Ports<[string, string, string, string]>>()

const list = Array.from({ length: 4 }, () => map((n: number) => n > 1))
const all = parallel(...list)
same<typeof all, Term<number, Ports<readonly boolean[]>>>()
fromIterable([1]).pipe(all)

const fixed = [map((n: number) => n), map((n: number) => `${n}`)] as const
const pair = parallel(...fixed)
same<InputOf<typeof pair>, number>()
same<OutputOf<typeof pair>, Ports<[number, string]>>()

const one = parallel(map((n: number) => n))
same<typeof one, Term<number, number>>()
