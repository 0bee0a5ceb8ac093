// The function parallel inside pipe: the functions of its branches know what they get.
import { type InputOf, type OutputOf, type Ports, parallel } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

const rows = fromIterable([1]).pipe(
  parallel(
    map((n) => n + 1),
    map((n) => n + 2),
    map((n) => n + 3),
    map((n) => n + 4),
  ),
)
same<OutputOf<typeof rows>, Ports<[number, number, number, number]>>()

const orders = fromIterable([{ id: 1, cents: 5 }]).pipe(
  parallel(
    map(({ id }) => id),
    map(({ cents }) => cents / 100),
    map((order) => order.id > 1),
    map((order) => order),
  ),
)
same<OutputOf<typeof orders>, Ports<[number, number, boolean, { id: number; cents: number }]>>()

// beside a source
const f = map((n: number) => n)
const mixed = parallel(fromIterable([1]), f, f, f)
same<InputOf<typeof mixed>, number>()
same<OutputOf<typeof mixed>, Ports<[number, number, number, number]>>()

const list = [f, f, f]
const open = fromIterable([1]).pipe(parallel(f, f, f, f, ...list))
same<OutputOf<typeof open>, Ports<readonly number[]>>()
const five = fromIterable([1]).pipe(parallel(f, f, f, f, map(String)))
same<OutputOf<typeof five>, Ports<[number, number, number, number, string]>>()
