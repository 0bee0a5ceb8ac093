/**
 * Tables on their way to the page: rows of one kind as columns, and of those only what has changed since the table before.
 * A graph of 10,000 terms has as many rows; each name once instead of in each row, and no figure that stays. Pure.
 */

/** A row: plain data, whose fields are told one by one. None is null: that says that a row has no such field. */
export type Row = Readonly<Record<string, unknown>>

/** One field of all rows. A column that is left out is as it was before. */
export interface Column {
  /** The value of each row. */
  readonly of?: readonly unknown[]
  /** The value of all rows but those below. */
  readonly all?: unknown
  /** Rows with another value than that, or than before. */
  readonly at?: readonly number[]
  readonly to?: readonly unknown[]
}

/** Rows as columns. */
export interface Table {
  readonly rows: number
  /** Whether these are the changes to the table before. */
  readonly isChange?: true
  readonly columns: Readonly<Record<string, Column>>
}

/** Where more than one row in this many is an exception, a column is sent row by row. */
const ROWS_PER_EXCEPTION = 4

/** Packs rows; as changes to the rows before, if there are equally many of them. */
export function packTable(rows: readonly object[], before?: readonly object[]): Table {
  const now = rows as readonly Row[]
  const then = before?.length === rows.length ? (before as readonly Row[]) : undefined
  const columns: Record<string, Column> = {}
  for (const key of keysOf(now, then)) {
    const column = then === undefined ? wholeColumn(now, key) : changeOf(now, then, key)
    if (column !== undefined) columns[key] = column
  }
  return { rows: rows.length, ...(then === undefined ? {} : { isChange: true }), columns }
}

/** The rows again. Those of the table before that have not changed are the same objects. */
export function unpackTable<R extends object>(table: Table, before: readonly R[] = []): R[] {
  const isChange = table.isChange === true
  const rows = (isChange ? [...before] : Array.from({ length: table.rows }, () => ({}))) as Record<
    string,
    unknown
  >[]
  const isOwn = new Uint8Array(isChange ? table.rows : 0)
  const own = (at: number): Record<string, unknown> => {
    if (isChange && isOwn[at] === 0) {
      isOwn[at] = 1
      rows[at] = { ...rows[at] }
    }
    return rows[at] as Record<string, unknown>
  }
  const set = (at: number, key: string, value: unknown): void => {
    if (value === null) {
      if (rows[at]?.[key] !== undefined) delete own(at)[key]
    } else if (rows[at]?.[key] !== value) own(at)[key] = value
  }
  for (const [key, { of, all, at = [], to = [] }] of Object.entries(table.columns)) {
    const others = new Set(all === undefined ? [] : at)
    for (let row = 0; row < table.rows && (of !== undefined || all !== undefined); row++) {
      if (!others.has(row)) set(row, key, of === undefined ? all : of[row])
    }
    at.forEach((row, index) => {
      set(row, key, to[index])
    })
  }
  return rows as R[]
}

function keysOf(now: readonly Row[], then: readonly Row[] = []): Set<string> {
  const keys = new Set<string>()
  for (const rows of [now, then]) {
    for (const row of rows) {
      for (const key in row) keys.add(key)
    }
  }
  return keys
}

/** Undefined where nothing has changed. */
function changeOf(now: readonly Row[], then: readonly Row[], key: string): Column | undefined {
  const changed: number[] = []
  for (let row = 0; row < now.length; row++) {
    if (!isSame((now[row] as Row)[key], (then[row] as Row)[key])) changed.push(row)
  }
  if (changed.length === 0) return undefined
  if (changed.length * ROWS_PER_EXCEPTION > now.length) return wholeColumn(now, key)
  return exceptions(now, key, changed)
}

function wholeColumn(now: readonly Row[], key: string): Column {
  const most = mostOf(now, key)
  const others: number[] = []
  for (let row = 0; row < now.length; row++) {
    if (!isSame((now[row] as Row)[key], most)) others.push(row)
  }
  if (others.length * ROWS_PER_EXCEPTION > now.length) return { of: now.map((row) => row[key] ?? null) }
  return { all: most ?? null, ...(others.length === 0 ? {} : exceptions(now, key, others)) }
}

function exceptions(now: readonly Row[], key: string, at: readonly number[]): Column {
  return { at, to: at.map((row) => now[row]?.[key] ?? null) }
}

/** The value of more than half of the rows, if there is one (Boyer and Moore's vote); else any. */
function mostOf(now: readonly Row[], key: string): unknown {
  let most: unknown
  let votes = 0
  for (const row of now) {
    const value = row[key]
    if (votes === 0) most = value
    votes += isSame(value, most) ? 1 : -1
  }
  return most
}

/** Of plain data. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [a as Row, b as Row]
  const keys = Object.keys(left)
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(right).length &&
    keys.every((key) => isSame(left[key], right[key]))
  )
}
