// What a term's function gets is known from the term before it, whatever else is said of the term.

import { run } from 'millrace'
import { filter, flatMap, forEach, fromIterable, map, mapAsync, reduce, scan, tap } from 'millrace/terms'

const orders = fromIterable([{ item: 'pear', prices: [1, 2] }])
const total = orders.pipe(
  filter((order) => order.item !== '', { name: 'named' }),
  tap((order) => order.item.length, { edge: { capacityItems: 8 } }),
  flatMap((order) => order.prices, { local: true }),
  map((price) => price.toFixed(2), {
    name: 'text',
    onFailure: { onError: 'fallback', fallback: (price) => price.toExponential() },
  }),
  mapAsync(async (text) => Number(text), { concurrency: 2, name: 'number', onFailure: { retry: 1 } }),
  scan((sum, price) => sum + price, 0, { on: 'disk=a' }),
  reduce((most, sum) => Math.max(most, sum), 0, { combine: Math.max, name: 'most' }),
  forEach((most) => most.toFixed(), { name: 'sink' }),
)
void run(total)
