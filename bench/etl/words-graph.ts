// `words`: the most frequent words of a text.

import { graph } from 'millrace'
import {
  aggregate,
  collectOf,
  countOf,
  flatMap,
  type Keyed,
  keyedAggregate,
  lines,
  writeNdjson,
} from 'millrace/terms'
import { type Paths, topWords } from './task.ts'

type Counted = Keyed<string, number>

export default graph(import.meta.url, ({ input, output }: Paths) =>
  lines(input).pipe(
    flatMap((line) => line.split(' ')),
    keyedAggregate((word) => word, countOf()),
    aggregate(collectOf<Counted>({ maxItems: 100_000 })),
    flatMap(topOfAll),
    writeNdjson(output),
  ),
)

function topOfAll(all: readonly Counted[]): { word: string; count: number }[] {
  return all
    .toSorted((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1))
    .slice(0, topWords)
    .map(({ key, value }) => ({ word: key, count: value }))
}
