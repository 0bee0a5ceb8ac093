/** Goal: the rows are those that were written, whatever the row groups; the file is closed. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { parquet, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const rows = Array.from({ length: 1000 }, (_, i) => ({ id: i, name: `row ${i % 7}`, half: i / 2 }))

async function file(options: object = {}): Promise<string> {
  const path = join(await temporaryFolder(), 'rows.parquet')
  const columnData = [
    { name: 'id', data: rows.map(({ id }) => id), type: 'INT32' as const },
    { name: 'name', data: rows.map(({ name }) => name), type: 'STRING' as const },
    { name: 'half', data: rows.map(({ half }) => half), type: 'DOUBLE' as const },
  ]
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 300, ...options })))
  return path
}

test('gives every row, in order, whatever is read at once', async () => {
  const path = await file()
  for (const batchRows of [7, 300, 8192]) {
    expect(await toArray(parquet(path, { batchRows }), { edges: { capacityItems: 5 } })).toEqual(rows)
  }
})

test('gives the columns that are asked for, and closes the file when nobody needs more', async () => {
  const path = await file()
  const few = parquet<{ name: string }>(path, { columns: ['name'] }).pipe(take(2))
  expect(await toArray(few)).toEqual([{ name: 'row 0' }, { name: 'row 1' }])
  expect(openFilesIn(path) ?? []).toEqual([])
})

test('reads what Node can unpack', async () => {
  const codecs = { GZIP: gzipSync, BROTLI: brotliCompressSync }
  for (const [codec, pack] of Object.entries(codecs)) {
    const path = await file({ codec, compressors: { [codec]: (bytes: Uint8Array) => pack(bytes) } })
    expect(await toArray(parquet(path))).toEqual(rows)
  }
})

test('what cannot be read fails the run', async () => {
  const path = await file()
  const text = join(await temporaryFolder(), 'text.parquet')
  await writeFile(text, 'this is no parquet file at all')
  for (const term of [parquet(text), parquet(`${text}.missing`), parquet(path, { columns: ['x'] })]) {
    await expect(toArray(term)).rejects.toMatchObject({ term: 'parquet', cause: { code: 'BAD_INPUT' } })
  }
  expect(openFilesIn(path) ?? []).toEqual([])
})

test('refuses what makes no sense', () => {
  expect(() => parquet('a', { columns: 'x' as never })).toThrow(REFUSED)
  expect(() => parquet('a', { batchRows: 0 })).toThrow(REFUSED)
})
