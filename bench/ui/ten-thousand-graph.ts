// 10,000 terms: a hundred rows of a hundred, with a source that gives an item now and then. Run by page.ts.

import { graph } from 'millrace'
import { forEach, fromAsyncIterable, map, merge } from 'millrace/terms'

async function* slowly() {
  for (let n = 0; n < 100_000; n++) {
    yield n
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export default graph(import.meta.url, { params: { count: 10_000 } }, ({ count }: { count: number }) => {
  const length = 100
  const row = (at: number) => {
    const [first, ...rest] = Array.from({ length }, (_, n) =>
      map((item: number) => item + 1).named(`step ${at}.${n}`),
    )
    return (first as NonNullable<typeof first>).pipe(...(rest as []))
  }
  const rows = Array.from({ length: Math.floor(count / length) }, (_, at) => row(at))
  return fromAsyncIterable(slowly)
    .parallel(...(rows as []))
    .pipe(
      merge() as never,
      forEach(() => undefined),
    )
})
