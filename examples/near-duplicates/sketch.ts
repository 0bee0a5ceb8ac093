/**
 * All that the workers do for one gloss, in one call: the heavy part of the example. What it returns is
 * what travels back to the thread that looks for pairs, some 400 bytes besides the gloss.
 */
import { bandShape, bands } from './bands.ts'
import { minHash, signatureLength } from './min-hash.ts'
import { normalise } from './normalise.ts'
import { pushShingles } from './shingles.ts'
import type { Synset } from './synset.ts'
import { reserve, type Words, words } from './words.ts'

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
  const features = words(2 * gloss.length + bandShape.bands)
  pushSketch(features, gloss)
  return { id, gloss, features: features.values.slice(0, features.length) }
}

/** The signature at hand: one array for all, since nobody keeps it. */
const signature = new Uint32Array(signatureLength)

/** Appends the features of a gloss's sketch to a list. */
export function pushSketch(features: Words, gloss: string): void {
  const from = features.length
  const to = from + bandShape.bands
  reserve(features, bandShape.bands)
  features.length = to
  pushShingles(features, normalise(gloss))
  const { values, length } = features
  if (length === to) features.length = from
  else
    bands(
      minHash(values.subarray(to, length), signatureLength, signature),
      bandShape,
      values.subarray(from, to),
    )
}

/** Returns a sketch's band keys, as a view; none if it has no shingles, so that empty glosses never meet. */
export function bandsOf({ features }: Sketch): Uint32Array {
  return features.subarray(0, bandShape.bands)
}

/** Returns a sketch's shingles, sorted and without repeats, as a view. */
export function shinglesOf({ features }: Sketch): Uint32Array {
  return features.subarray(bandShape.bands)
}
