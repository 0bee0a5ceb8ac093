/** Goal: the rows are those that were written, whatever the row groups; the file is closed. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { FileMetaData, SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { parquet, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import { openFilesIn } from '../test/open-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { withExactDecimals } from './parquet-decimals.ts'

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

test('decimals are the nearest numbers, however they are stored', async () => {
  const path = join(await temporaryFolder(), 'decimals.parquet')
  const decimal = { repetition_type: 'OPTIONAL', converted_type: 'DECIMAL' } as const
  const whole = [1633n, -1633n, 7n, 0n, 99_999_999n]
  const wide = [163_300_000_000n, -1n, 12_345_678_901_234_567_890_123n, 0n, 10_000_000_000n]
  const bytes = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 4 },
      { name: 'int', type: 'INT32', scale: 2, precision: 9, ...decimal },
      { name: 'long', type: 'INT64', scale: 2, precision: 18, ...decimal },
      { name: 'fixed', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, scale: 10, precision: 28, ...decimal },
      { name: 'bytes', type: 'BYTE_ARRAY', scale: 2, precision: 9, ...decimal },
    ],
    columnData: [
      { name: 'int', data: whole },
      { name: 'long', data: whole },
      { name: 'fixed', data: wide },
      { name: 'bytes', data: whole },
    ],
  })
  await writeFile(path, new Uint8Array(bytes))
  const small = [16.33, -16.33, 0.07, 0, 999_999.99]
  const large = [16.33, -1e-10, 1_234_567_890_123.4568, 0, 1]
  expect(await toArray(parquet<unknown>(path))).toEqual(
    small.map((n, i) => ({ int: n, long: n, fixed: large[i], bytes: n })),
  )
})

test('whole numbers of 64 bits keep all their digits', async () => {
  const path = join(await temporaryFolder(), 'long.parquet')
  const data = [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n, 7n]
  const columnData = [{ name: 'id', data, type: 'INT64' as const }]
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData })))
  expect(await toArray(parquet(path))).toEqual(data.map((id) => ({ id })))
})

test('decimals within lists, records and maps', () => {
  const price = { name: 'price', type: 'INT32', converted_type: 'DECIMAL', scale: 2 } as const
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 3 },
    { name: 'tags', num_children: 1, converted_type: 'LIST' },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { ...price, name: 'element' },
    { name: 'order', num_children: 2 },
    { name: 'id', type: 'INT32' },
    price,
    { name: 'lines', num_children: 1, converted_type: 'LIST' },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { name: 'element', num_children: 2 },
    price,
    { name: 'count', type: 'INT32' },
  ]
  const rows = [
    { tags: [1633, null], order: { id: 5, price: 7 }, lines: [{ price: 1633, count: 3 }] },
    { tags: null, order: null, lines: [] },
  ]
  const { exact, metadata } = withExactDecimals({ schema } as unknown as FileMetaData)
  exact(rows)
  expect(rows).toEqual([
    { tags: [16.33, null], order: { id: 5, price: 0.07 }, lines: [{ price: 16.33, count: 3 }] },
    { tags: null, order: null, lines: [] },
  ])
  expect(metadata.schema.some(({ converted_type }) => converted_type === 'DECIMAL')).toBe(false)
})

test('bytes that are no text are refused, or stay bytes', async () => {
  const path = join(await temporaryFolder(), 'bytes.parquet')
  const data = [Uint8Array.of(0xff, 0xfe), new TextEncoder().encode('\ufeffé')]
  const columnData = [{ name: 'raw', data, type: 'BYTE_ARRAY' as const }]
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData })))
  await expect(toArray(parquet(path))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('utf8: false') },
  })
  const read = await toArray(parquet<{ raw: Uint8Array }>(path, { utf8: false }))
  expect(read.map(({ raw }) => [...raw])).toEqual(data.map((bytes) => [...bytes]))
  await writeFile(
    path,
    new Uint8Array(parquetWriteBuffer({ columnData: [{ ...columnData[0], data: data.slice(1) } as never] })),
  )
  expect(await toArray(parquet(path))).toEqual([{ raw: '\ufeffé' }])
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
  expect(() => parquet('a', { utf8: 1 as never })).toThrow(REFUSED)
})
