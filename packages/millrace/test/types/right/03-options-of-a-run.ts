import { type RunOptions, run } from 'millrace'
import { collect, fromIterable, map } from 'millrace/terms'

const options = { scheduler: { strategy: 'pool', workers: 2 }, batchItems: 8 } satisfies RunOptions
const squares = collect<number>()
const summary = await run(
  fromIterable([1]).pipe(
    map((n) => n * n),
    squares,
  ),
  options,
).done
export const found: readonly number[] = summary.result(squares)
