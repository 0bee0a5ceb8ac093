/**
 * Reads one line of a WordNet data file. Lives at the head of the near-duplicates graph, right after the
 * line source; it never touches the file system. Format: WordNet's manual page wndb(5WN).
 */

/** The four data files, and so the four spaces of offsets, of a WordNet database. */
export type SynsetFile = 'noun' | 'verb' | 'adj' | 'adv'

/** One synset's identity and its gloss: the definition and the quoted examples, as printed in the file. */
export interface Synset {
  /** The file's letter and the synset's eight-digit byte offset in it, as in `n00001740`. */
  readonly id: string
  readonly gloss: string
}

/**
 * The letter is the file's and not the line's own `ss_type`, so that satellite adjectives (type `s`, kept
 * in data.adj) share one letter with the others: an offset is unique within a file only.
 */
const letters: Record<SynsetFile, string> = { noun: 'n', verb: 'v', adj: 'a', adv: 'r' }

/** Returns the synset that a line of `data.<file>` holds, or undefined for licence, blank and glossless lines. */
export function parseSynset(line: string, file: SynsetFile): Synset | undefined {
  // Licence lines begin with two spaces. They may contain a bar, so the search below must not see them.
  if (line.startsWith('  ')) return undefined
  const bar = line.indexOf('| ')
  if (bar < 0) return undefined
  return { id: letters[file] + line.slice(0, 8), gloss: line.slice(bar + 2).trim() }
}
