/** Rows of text as lines whose columns stand under each other. Pure; called by commands and by `progress-table.ts`. */

const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u

/** Columns of a terminal that a text takes. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) columns += WIDE.test(character) ? 2 : 1
  return columns
}

/** A text cut to so many columns of a terminal. */
export function cutTo(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  let cut = ''
  let left = width - 1
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) break
    cut += character
  }
  return width <= 0 ? '' : `${cut}…`
}

/** The rows as lines; columns named in `right` end under each other, the others begin so. */
export function linesOfTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, columnsOf(cell))
    })
  }
  const padded = (cell: string, at: number): string => {
    const space = ' '.repeat((widths[at] as number) - columnsOf(cell))
    return right.includes(at) ? `${space}${cell}` : `${cell}${space}`
  }
  return rows.map((row) => row.map(padded).join('  ').trimEnd())
}
