/** `copyRows`: sends rows by COPY, in its text format. Called by `PostgresDialect`. */

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import { loadClient } from '../support/load-client.ts'
import type { SqlRow } from '../support/sql/dialect.ts'

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Characters of one piece of the stream. */
const PIECE = 64 * 1024

/** @param names the columns, quoted. */
export async function copyRows(
  client: Client,
  table: string,
  names: string,
  rows: readonly SqlRow[],
): Promise<void> {
  const { from } = await loadClient('postgres', 'pg-copy-streams', () => import('pg-copy-streams'))
  await pipeline(Readable.from(piecesOf(rows)), client.query(from(`copy ${table} (${names}) from stdin`)))
}

function* piecesOf(rows: readonly SqlRow[]): Generator<string, void, undefined> {
  let piece = ''
  for (const row of rows) {
    piece += `${row.map(fieldOf).join('\t')}\n`
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

function fieldOf(value: unknown): string {
  return value === null ? '\\N' : String(value).replace(/[\\\n\r\t]/g, (c) => ESCAPES[c] as string)
}
