/** Patterns for names: `*` stands for any characters, `?` for one, everything else for itself. */

import { nearest } from '@millrace/core/engine'

/**
 * Whether the whole of `text` fits `pattern`.
 *
 * Goes back to the last `*` only, as K. J. Krauss, "Matching Wildcards: An Algorithm", Dr. Dobb's 2008; a regular
 * expression would try them all, which takes for ever on some patterns.
 */
export function fitsGlob(pattern: string, text: string): boolean {
  const [wanted, seen] = [[...pattern], [...text]]
  let p = 0
  let star = -1
  let starAt = 0
  for (let t = 0; t < seen.length; ) {
    if (wanted[p] === '*') {
      star = p++
      starAt = t
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === seen[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++starAt
    } else return false
  }
  return wanted.slice(p).every((rest) => rest === '*')
}

/** The text that was probably meant by a pattern which fits none: the one it would fit with the fewest edits. */
export function nearestToGlob(pattern: string, texts: Iterable<string>): string | undefined {
  const literals = [...pattern].filter((c) => c !== '*' && c !== '?')
  if (literals.length === pattern.length) return nearest(pattern, texts)
  let best: string | undefined
  let fewest = Math.floor(literals.length / 3) + 1
  for (const text of texts) {
    const edits = editsToFit([...pattern.toLowerCase()], [...text.toLowerCase()])
    if (edits < fewest) {
      best = text
      fewest = edits
    }
  }
  return best
}

/** Insertions, deletions and substitutions after which the text fits the pattern. */
function editsToFit(pattern: readonly string[], text: readonly string[]): number {
  let last = Array.from({ length: text.length + 1 }, (_, t) => t)
  for (const wanted of pattern) {
    const row = [(last[0] as number) + (wanted === '*' ? 0 : 1)]
    for (let t = 1; t <= text.length; t++) {
      const [above, left, corner] = [last[t], row[t - 1], last[t - 1]] as [number, number, number]
      row.push(
        wanted === '*'
          ? Math.min(above, left)
          : Math.min(above + 1, left + 1, corner + (wanted === '?' || wanted === text[t - 1] ? 0 : 1)),
      )
    }
    last = row
  }
  return last[text.length] as number
}
