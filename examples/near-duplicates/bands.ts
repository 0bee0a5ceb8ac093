/**
 * Locality-sensitive hashing of signatures: a signature is cut into bands, and each band becomes one key.
 * Similar sets are likely to share a key, and only sets that share one are ever compared.
 * Called once per gloss, in the workers.
 */
import { absorb32, mix32 } from './hash.ts'

/** How a signature is cut: `bands` pieces of `rows` values each. */
export interface BandShape {
  readonly bands: number
  readonly rows: number
}

/**
 * The shape that the example uses, for a threshold of 0.8.
 *
 * | Jaccard similarity | 0.2 | 0.3 | 0.4 | 0.5 | 0.6 | 0.7 | 0.8 |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | a pair is compared, in percent | 0.8 | 5.9 | 22.7 | 54.8 | 86.8 | 99.0 | 99.995 |
 *
 * It takes 125 of a signature's 128 values. All 128 as 32 x 4 would miss still less (5 in 10^8 pairs at 0.8,
 * where this misses 5 in 10^5), at four times the comparisons in all: 23 of 100 pairs at 0.3. In WordNet
 * either shape finds every pair that an exact search finds.
 */
export const bandShape: BandShape = { bands: 25, rows: 5 }

/**
 * Returns the probability that two sets of a given similarity share a band: 1 - (1 - s^rows)^bands.
 * Source: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", section 3.4.2.
 */
export function compareProbability(similarity: number, shape: BandShape = bandShape): number {
  return 1 - (1 - similarity ** shape.rows) ** shape.bands
}

/**
 * Returns one 32-bit key per band of a signature, written to `keys` if there is an array for them.
 *
 * The band's number goes into its key, so one table serves all bands. Two different bands share a key
 * with probability 2^-32; that costs a comparison and never a wrong answer.
 *
 * Values beyond the first bands x rows are not used.
 *
 * @throws RangeError when the signature has fewer than bands x rows values.
 */
export function bands(
  signature: Uint32Array,
  shape: BandShape = bandShape,
  keys: Uint32Array = new Uint32Array(shape.bands),
): Uint32Array {
  if (signature.length < shape.bands * shape.rows) {
    throw new RangeError(
      `a signature of ${signature.length} values cannot be cut into ${shape.bands} bands of ${shape.rows}; ` +
        'lengthen it or choose fewer bands or rows',
    )
  }
  for (let band = 0; band < shape.bands; band++) {
    let h = band
    for (let row = 0; row < shape.rows; row++) h = absorb32(h, signature[band * shape.rows + row] as number)
    keys[band] = mix32(h)
  }
  return keys
}
