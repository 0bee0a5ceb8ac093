// Three terms in a row, the one in the middle slow: it computes for 10 ms, or waits for a promise. Run by page.ts.

import { graph } from 'millrace'
import { forEach, fromIterable, map } from 'millrace/terms'

const slow = {
  busy: (n: number) => {
    for (const end = performance.now() + 10; performance.now() < end; );
    return n
  },
  waiting: async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return n
  },
}

export default graph(import.meta.url, { params: { b: 'busy' } }, ({ b }: { b: string }) =>
  fromIterable(Array.from({ length: 100_000 }, (_, n) => n))
    .named('A')
    .pipe(
      map(slow[b as keyof typeof slow])
        .named('B')
        .edge({ capacityItems: 1024 }),
      forEach(() => undefined)
        .named('C')
        .edge({ capacityItems: 1024 }),
    ),
)
