// More than a million items a second, and a term to look at. Run by page.ts.

import { graph } from 'millrace'
import { filter, fromIterable, map, reduce } from 'millrace/terms'

function* numbers(count: number) {
  for (let n = 0; n < count; n++) yield n
}

export default graph(import.meta.url, { params: { count: 8_000_000 } }, ({ count }: { count: number }) =>
  fromIterable(() => numbers(count)).pipe(
    map((n: number) => n * n).named('square'),
    filter((n: number) => n % 3 === 0),
    reduce((sum: number, n: number) => sum + n, 0),
  ),
)
