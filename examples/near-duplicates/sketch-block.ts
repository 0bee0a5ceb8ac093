/**
 * Lines by the block, sketches by the block: what travels between threads instead of single lines and single
 * sketches. Called by the graph. A block of a few hundred lines is one string on its way to a worker, and one string and two typed
 * arrays on its way back; as single items it is three hundred times as many, and cloning them takes more
 * than twice as long. The result is the same, sketch by sketch.
 */
import { pushSketch, type Sketch } from './sketch.ts'
import { parseSynset, type SynsetFile } from './synset.ts'
import { push, words } from './words.ts'

/** Consecutive whole lines of one WordNet data file. */
export interface LineBlock {
  readonly file: SynsetFile
  readonly text: string
}

/** The sketches of a block's synsets. */
export interface SketchBlock {
  /** A line per synset: its id, a space, its gloss. */
  readonly text: string
  /** The features of all sketches, end to end; those of the i-th end at `ends[i]`. */
  readonly features: Uint32Array
  readonly ends: Uint32Array
}

/** How a data file is cut. */
export interface BlockOptions {
  /** Characters of a block, or just more. Default 65,536: some 8 ms of work. */
  readonly blockChars?: number
  /** Synsets at most, over all blocks. Default: all. */
  readonly limit?: number
}

/** Yields a data file's synsets as blocks of whole lines, without the licence at its head. */
export function* lineBlocks(
  text: string,
  file: SynsetFile,
  { blockChars = 65_536, limit = Number.POSITIVE_INFINITY }: BlockOptions = {},
): Generator<LineBlock> {
  let from = 0
  while (text.startsWith('  ', from)) from = endOfLine(text, from)
  let end = text.length
  if (limit !== Number.POSITIVE_INFINITY) {
    end = from
    for (let i = 0; i < limit && end < text.length; i++) end = endOfLine(text, end)
  }
  while (from < end) {
    const to = from + blockChars >= end ? end : endOfLine(text, from + blockChars)
    yield { file, text: text.slice(from, to) }
    from = to
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 ? text.length : at + 1
}

/** Returns the sketches of all synsets in a block of lines: `parseSynset` and `pushSketch` for each line. */
export function sketchBlock({ file, text }: LineBlock): SketchBlock {
  const lines: string[] = []
  const features = words(text.length)
  const ends = words(64)
  for (const line of text.split('\n')) {
    const synset = parseSynset(line, file)
    if (synset === undefined) continue
    lines.push(`${synset.id} ${synset.gloss}`)
    pushSketch(features, synset.gloss)
    push(ends, features.length)
  }
  // Copies, not views: a view would be cloned with the whole buffer beneath it.
  return {
    text: lines.join('\n'),
    features: features.values.slice(0, features.length),
    ends: ends.values.slice(0, ends.length),
  }
}

/** Returns the single sketches of a block, in the order of its lines; their features are views of the block's. */
export function sketchesOf({ text, features, ends }: SketchBlock): Sketch[] {
  if (ends.length === 0) return []
  return text.split('\n').map((line, i) => ({
    id: line.slice(0, 9),
    gloss: line.slice(10),
    features: features.subarray(i === 0 ? 0 : ends[i - 1], ends[i]),
  }))
}
