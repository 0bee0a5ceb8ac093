/**
 * The search for pairs: takes sketches one at a time and returns, for each, its near duplicates among those
 * before it. Runs on one thread, since it needs all sketches in one place; its state is one value.
 *
 * Glosses with the same set of shingles (in WordNet nearly all are equal texts, "a variety of aster" 23
 * times) are twins. Only the first of them goes into the band table and is compared, so a bucket holds one
 * entry for them however many they are; the others share its results. The output still names every pair:
 * n twins make n(n-1)/2 of them, 1,600 in all WordNet. For data in which twins abound, print groups instead.
 */
import { type BandTable, bandTable, insert, partners } from './band-table.ts'
import { bandShape } from './bands.ts'
import { jaccard } from './jaccard.ts'
import { type Glossed, type Pair, pairOf } from './pairs.ts'
import { bandsOf, type Sketch, shinglesOf } from './sketch.ts'
import { push, pushAll, type Words, words } from './words.ts'

/** The search's whole memory as one structured-cloneable value: 110 MB for all of WordNet. Changed by `add` only. */
export interface NearDuplicates {
  /** The least Jaccard similarity of a near duplicate. */
  readonly threshold: number
  readonly table: BandTable
  /** The sets of the table, end to end; set s ends at `ends.values[s]`. */
  readonly shingles: Words
  readonly ends: Words
  /** Every synset that has shingles, in the order in which it came. */
  readonly ids: string[]
  readonly glosses: string[]
  /** For each set, the last synset that has it; for each synset, the twin before it + 1, or 0. */
  readonly newest: Words
  readonly older: Words
}

/** Returns the state of a search that has seen nothing; `expected` synsets fit before any buffer grows. */
export function nearDuplicates(threshold = 0.8, expected = 64): NearDuplicates {
  return {
    threshold,
    table: bandTable(bandShape.bands, expected),
    shingles: words(72 * expected),
    ends: words(expected),
    ids: [],
    glosses: [],
    newest: words(expected),
    older: words(expected),
  }
}

/**
 * Takes a sketch into the state and returns its pairs with sketches taken before.
 *
 * The pairs of a whole run do not depend on the order of the sketches. A pair at the threshold or above is
 * missed with the probability that `compareProbability` leaves; no pair below it is ever returned.
 */
export function add(state: NearDuplicates, sketch: Sketch): Pair[] {
  const own = shinglesOf(sketch)
  if (own.length === 0) return []
  const pairs: Pair[] = []
  let twinSet = -1
  for (const set of partners(state.table, bandsOf(sketch))) {
    const other = setAt(state, set)
    if (!canReach(state.threshold, own.length, other.length)) continue
    const similarity = jaccard(own, other)
    if (similarity === 1) twinSet = set
    if (similarity >= state.threshold) pushPairs(state, pairs, sketch, set, similarity)
  }
  remember(state, sketch, twinSet)
  return pairs
}

/** Whether sets of these sizes can be that similar at all: |a ∩ b| / |a ∪ b| is at most smaller / larger. */
function canReach(threshold: number, one: number, other: number): boolean {
  return Math.min(one, other) / Math.max(one, other) >= threshold
}

/** Pairs a sketch with every synset that has a set. */
function pushPairs(
  state: NearDuplicates,
  pairs: Pair[],
  one: Glossed,
  set: number,
  similarity: number,
): void {
  let next = (state.newest.values[set] as number) + 1
  while (next !== 0) {
    const other = { id: state.ids[next - 1] as string, gloss: state.glosses[next - 1] as string }
    pairs.push(pairOf(one, other, similarity))
    next = state.older.values[next - 1] as number
  }
}

function setAt(state: NearDuplicates, set: number): Uint32Array {
  const from = set === 0 ? 0 : (state.ends.values[set - 1] as number)
  return state.shingles.values.subarray(from, state.ends.values[set])
}

function remember(state: NearDuplicates, sketch: Sketch, twinSet: number): void {
  const synset = state.ids.length
  state.ids.push(sketch.id)
  state.glosses.push(sketch.gloss)
  if (twinSet >= 0) {
    push(state.older, (state.newest.values[twinSet] as number) + 1)
    state.newest.values[twinSet] = synset
    return
  }
  push(state.older, 0)
  push(state.newest, synset)
  pushAll(state.shingles, shinglesOf(sketch))
  push(state.ends, state.shingles.length)
  insert(state.table, bandsOf(sketch))
}
