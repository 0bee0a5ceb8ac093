/** Dead letters in groups: the same term, code and message are one matter to look into, however many items it hit. */

/** The key of the letters that are counted as one because there are too many groups; no group of a file has it. */
export const MORE_GROUPS = 'more'

/** What makes letters one group. */
export interface LetterKey {
  readonly term: string
  readonly code: string
  /** The message without what differs from item to item. */
  readonly message: string
}

/** The group of a failure, by what was thrown. A timeout, a lost worker or an open circuit is its kind's. */
export function letterKeyOf(
  term: string,
  kind: string,
  error: unknown,
): LetterKey & { readonly key: string } {
  const { name, code, message } = partsOf(error)
  const shown = code ?? (kind === 'error' ? name : kind.toUpperCase())
  const pattern = patternOf(message)
  return { term, code: shown, message: pattern, key: JSON.stringify([term, shown, pattern]) }
}

interface Parts {
  readonly name: string
  readonly code: string | undefined
  readonly message: string
}

/** What was thrown may be anything, also an error that throws when it is read: that must not end the run. */
function partsOf(error: unknown): Parts {
  try {
    return readPartsOf(error)
  } catch {
    return { name: 'Error', code: undefined, message: 'an error that cannot be read' }
  }
}

function readPartsOf(error: unknown): Parts {
  if (typeof error !== 'object' || error === null)
    return { name: 'Error', code: undefined, message: String(error) }
  const { name, code, message } = error as Readonly<Record<string, unknown>>
  return {
    name: typeof name === 'string' ? name : 'Error',
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
    message: typeof message === 'string' ? message : String(message ?? ''),
  }
}

/** Quoted text, places in a text and long numbers differ from item to item; short numbers, as a status, tell errors apart. */
function patternOf(message: string): string {
  return message
    .replace(/"[^"]*"|“[^”]*”|`[^`]*`|(?<![\p{L}\p{N}])'[^']*'/gu, '"…"')
    .replace(/\b(position|line|column|index|row|offset|byte)s? \d+/gi, '$1 …')
    .replace(/\d{4,}/g, '…')
}
