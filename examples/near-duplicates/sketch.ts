/**
 * All that the workers do for one gloss, in one call: the heavy part of the example. What it returns is
 * what travels back to the thread that looks for pairs, some 400 bytes besides the gloss.
 */
import { bandShape, bands } from './bands.ts'
import { minHash } from './min-hash.ts'
import { normalise } from './normalise.ts'
import { shingles } from './shingles.ts'
import type { Synset } from './synset.ts'

/**
 * A synset with what the search for pairs needs of it; the signature itself stays behind.
 *
 * One array holds both band keys and shingles, because to clone a typed array to another thread costs about
 * a microsecond however short it is. Read it through `bandsOf` and `shinglesOf`.
 */
export interface Sketch extends Synset {
  /** `bandShape.bands` band keys, then the shingles; empty if the gloss has no letters or digits. */
  readonly features: Uint32Array
}

/** Returns a synset's sketch: its gloss normalised, shingled, MinHashed and cut into bands. */
export function sketch({ id, gloss }: Synset): Sketch {
  const set = shingles(normalise(gloss))
  if (set.length === 0) return { id, gloss, features: set }
  const features = new Uint32Array(bandShape.bands + set.length)
  features.set(bands(minHash(set)))
  features.set(set, bandShape.bands)
  return { id, gloss, features }
}

/** Returns a sketch's band keys, as a view; none if it has no shingles, so that empty glosses never meet. */
export function bandsOf({ features }: Sketch): Uint32Array {
  return features.subarray(0, bandShape.bands)
}

/** Returns a sketch's shingles, sorted and without repeats, as a view. */
export function shinglesOf({ features }: Sketch): Uint32Array {
  return features.subarray(bandShape.bands)
}
