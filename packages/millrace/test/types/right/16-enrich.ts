// What a table says about each item, or nothing.
import { parallel, type Term } from 'millrace'
import { enrich, fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

const flights = parallel({
  items: fromIterable([{ from: 'BRE', minutes: 3 }]),
  table: fromIterable([{ code: 'BRE', city: 'Bremen' }]),
})
const cities = flights.pipe(
  enrich({ key: { items: ({ from }) => from, table: ({ code }) => code }, kind: 'left' }),
  map(({ item, row }) => ({ city: row?.city ?? item.from, minutes: item.minutes })),
)
same<typeof cities, Term<never, { city: string; minutes: number }>>()
