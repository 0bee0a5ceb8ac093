/**
 * Brings a gloss into the form that is compared, so that case, accents and punctuation do not tell two
 * glosses apart. Called once per gloss, in the workers.
 */

const marks = /\p{M}+/gu
const separators = /[^\p{L}\p{N}]+/gu

/**
 * Lower-cases a text, drops its diacritics (NFKD, then every mark removed), turns each run of anything
 * but letters and digits into one space, and trims it.
 *
 * Apostrophes and hyphens separate too: `well-known` and `well known` come out equal, `it's` as `it s`.
 * A text without letters or digits comes out empty.
 */
export function normalise(text: string): string {
  return text.toLowerCase().normalize('NFKD').replace(marks, '').replace(separators, ' ').trim()
}
