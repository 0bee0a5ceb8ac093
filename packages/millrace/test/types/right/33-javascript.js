// @ts-check
// The same in JavaScript: types come from the code, and from JSDoc where there is none.
import { graph, run } from 'millrace'
import { collect, fromIterable, map, mapAsync } from 'millrace/terms'

const job = graph(import.meta.url, { params: { count: 3 } }, ({ count }) =>
  fromIterable(Array.from({ length: count }, (_, n) => n)).pipe(
    map((n) => ({ n, text: n.toFixed(1) })),
    mapAsync(async ({ text }) => text.length, { concurrency: 8 }),
  ),
)
export default job

/** @type {import('millrace').RunOptions} */
const options = { scheduler: { strategy: 'pool', workers: 2 } }
/** @type {import('millrace/terms').Aggregate<string, number, { sum: number }>} */
export const lengths = {
  init: () => ({ sum: 0 }),
  add: ({ sum }, text) => ({ sum: sum + text.length }),
  merge: (into, other) => ({ sum: into.sum + other.sum }),
  result: ({ sum }) => sum,
}
/** @type {ReturnType<typeof collect<number>>} */
const found = collect()
const summary = await run(job({ count: '4' }).pipe(found), options).done
/** @type {number[]} */
export const numbers = summary.result(found)

// @ts-expect-error a slip in an option's name
mapAsync(async (n) => n, { concurency: 8 })
// @ts-expect-error numbers have no such method
fromIterable([1]).pipe(map((n) => n.toFixd()))
