// The items and rows of the cluster suite's graph, and what is wrong with a file of rows. Pure; called by the graph and by
// the trials.

/** Keys of each source. */
const KEYS = 40

export interface Item {
  readonly source: string
  readonly n: number
}

/** An item with what its key had seen by then. */
export interface Row extends Item {
  readonly count: number
  readonly sum: number
}

export function keyOf({ source, n }: Item): string {
  return `${source}${n % KEYS}`
}

export function rowAfter({ count, sum }: Row, { source, n }: Item): Row {
  return { source, n, count: count + 1, sum: sum + n }
}

/** Marks a number. */
export function markOf(n: number): number {
  return (Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 0) % 65_521
}

export interface Accounts {
  /** Rows that are missing. */
  readonly lost: number
  /** Rows that are there again. */
  readonly doubled: number
  /** Rows that differ from those of the undisturbed run, or come before an earlier one of their key. */
  readonly mismatches: number
}

/** Compares the rows of two files, both as text. Rows of different keys may stand in any order. */
export function compareRows(expected: string, found: string): Accounts {
  const wanted = new Map(linesOf(expected).map((line) => [idOf(line), line]))
  const seen = new Set<string>()
  const newest = new Map<string, number>()
  let doubled = 0
  let mismatches = 0
  for (const line of linesOf(found)) {
    const id = idOf(line)
    if (seen.has(id)) {
      doubled++
      continue
    }
    seen.add(id)
    const item = JSON.parse(line) as Row
    const key = keyOf(item)
    if (wanted.get(id) !== line || item.n < (newest.get(key) ?? -1)) mismatches++
    newest.set(key, item.n)
  }
  const lost = [...wanted.keys()].filter((id) => !seen.has(id)).length
  return { lost, doubled, mismatches }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function idOf(line: string): string {
  const { source, n } = JSON.parse(line) as Row
  return `${source} ${n}`
}
