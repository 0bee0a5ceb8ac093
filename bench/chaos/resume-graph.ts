// The graph that is killed with its whole process, over WordNet's synsets:
//
//   lines -> filter (no header) -> parallel -> count: keyedScan (synsets per first letter)  -> map -> writeNdjson
//                                           -> words: map (words of the gloss)

import { graph } from 'millrace'
import { filter, keyedScan, lines, map, writeNdjson } from 'millrace/terms'

export interface ResumeParams {
  readonly file: string
  readonly out: string
}

const glossOf = (line: string): string => line.slice(line.indexOf('| ') + 2).trim()
const firstWordOf = (line: string): string => line.split(' ')[4] ?? ''

export default graph(import.meta.url, ({ file, out }: ResumeParams) =>
  lines(file)
    .pipe(filter((line) => !line.startsWith('  ')))
    .parallel({
      word: map(firstWordOf),
      count: keyedScan(
        (line) => firstWordOf(line).slice(0, 1),
        (count: number) => count + 1,
        0,
      ),
      words: map((line) => new Set(glossOf(line).split(/\W+/)).size),
    })
    .pipe(
      map(({ word, count, words }) => ({ word, of: count.key, nth: count.value, words })),
      writeNdjson(out),
    ),
)
