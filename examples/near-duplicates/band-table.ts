/**
 * The buckets of locality-sensitive hashing: which sets have had a given band key so far. Used by
 * `near-duplicates.ts`, on one thread, a set at a time; it stores keys and set numbers, never the sets.
 *
 * One chained hash table in typed arrays serves all bands. A Map per band would hold the same in a
 * multiple of the memory and of the time at WordNet's three million keys, and would be slow to clone.
 */
import { push, reserve, type Words, words } from './words.ts'

/** A table as one structured-cloneable value. Changed by `partners` (marks only) and `insert`. */
export interface BandTable {
  /** Keys per set, the same for every set. */
  readonly bands: number
  /** Sets inserted so far; they are numbered from 0 in the order of insertion. */
  sets: number
  /** By the low bits of a key, the newest entry of its chain + 1, or 0. A power of two of places. */
  heads: Uint32Array
  /** Pairs of (key, next older entry of its chain + 1); entry `set * bands + band` is one key of one set. */
  readonly entries: Words
  /** For each set, the last query that met it, so that a query reports a set once. */
  readonly metBy: Words
  /** Queries so far. */
  queries: number
}

/** Returns an empty table for sets of `bands` keys, with room for `expectedSets` before it has to grow. */
export function bandTable(bands: number, expectedSets = 64): BandTable {
  let places = 1024
  while (places < 2 * bands * expectedSets) places *= 2
  return {
    bands,
    sets: 0,
    heads: new Uint32Array(places),
    entries: words(2 * bands * expectedSets),
    metBy: words(expectedSets),
    queries: 0,
  }
}

/** Returns the numbers of the sets in the table that share at least one of these keys, each once. */
export function partners(table: BandTable, keys: Uint32Array): number[] {
  const { bands, heads } = table
  const entries = table.entries.values
  const metBy = table.metBy.values
  const mask = heads.length - 1
  const query = ++table.queries
  // All heads before any chain: the loads, each a cache miss, then wait for memory together.
  const newest: number[] = []
  for (let band = 0; band < keys.length; band++) newest.push(heads[(keys[band] as number) & mask] as number)
  const found: number[] = []
  for (let band = 0; band < keys.length; band++) {
    const key = keys[band] as number
    let next = newest[band] as number
    while (next !== 0) {
      if (entries[2 * next - 2] === key) {
        const set = Math.floor((next - 1) / bands)
        if (metBy[set] !== query) {
          metBy[set] = query
          found.push(set)
        }
      }
      next = entries[2 * next - 1] as number
    }
  }
  return found
}

/** Takes a set's keys into the table and returns the set's number. */
export function insert(table: BandTable, keys: Uint32Array): number {
  if (keys.length !== table.bands) {
    throw new RangeError(`a table of ${table.bands} bands was given ${keys.length} keys`)
  }
  const { entries } = table
  reserve(entries, 2 * keys.length)
  // At least two places per entry keep most chains at one entry or none.
  if (entries.length + 2 * keys.length > table.heads.length) relink(table)
  for (let band = 0; band < keys.length; band++) {
    entries.values[entries.length] = keys[band] as number
    entries.length += 2
    link(table.heads, entries.values, entries.length / 2)
  }
  push(table.metBy, 0)
  return table.sets++
}

/** Puts an entry, given as its number + 1, at the head of its key's chain. */
function link(heads: Uint32Array, entries: Uint32Array, entry: number): void {
  const place = (entries[2 * entry - 2] as number) & (heads.length - 1)
  entries[2 * entry - 1] = heads[place] as number
  heads[place] = entry
}

/** Makes four times the places and rebuilds every chain, oldest entry first, so that order within them is kept. */
function relink(table: BandTable): void {
  table.heads = new Uint32Array(4 * table.heads.length)
  for (let entry = 1; 2 * entry <= table.entries.length; entry++) {
    link(table.heads, table.entries.values, entry)
  }
}
