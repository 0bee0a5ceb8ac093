/** Goal: a key may have any name, also that of what every object has: it is a key like any other, or is refused. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parallel, run, type Term } from '@millrace/core'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import {
  aggregate,
  aggregates,
  asOfJoin,
  combineLatest,
  countOf,
  csv,
  enrich,
  flattenRecord,
  formatCsv,
  formatNdjson,
  fromIterable,
  intervalJoin,
  keyedAggregate,
  keyedReduce,
  keyFilter,
  keyValueFilter,
  linearizer,
  lineParser,
  lines,
  map,
  maxOf,
  mergeToSingleStream,
  ndjson,
  parquet,
  parseJson,
  parseNdjson,
  plot,
  pprint,
  print,
  printKeys,
  rename,
  sum,
  sumOf,
  toArray,
  windowJoin,
} from '../index.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a']

/** A record with these keys of its own. */
const record = (value: (name: string, at: number) => unknown, names: readonly string[] = NAMES): object =>
  Object.fromEntries(names.map((name, at) => [name, value(name, at)]))

const numbers = record((_, at) => at + 1)

/** Keys and values, nested ones too, where a comparison might overlook them. */
function entriesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(entriesOf)
  if (typeof value !== 'object' || value === null) return value
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  return Object.entries(value).map(([key, part]) => [key, entriesOf(part)])
}

async function given(term: Term<never, unknown>): Promise<unknown> {
  return entriesOf(await toArray(term))
}

const all = entriesOf(numbers)
const from = (...records: unknown[]): Term<never, Record<string, any>> =>
  fromIterable(records as Record<string, any>[])

test.each<[string, () => Term<never, unknown>]>([
  [
    'keyFilter',
    () => from(numbers).pipe(keyFilter<Record<string, unknown>, string>({ keys: NAMES }) as never),
  ],
  [
    'keyFilter, by exclusion',
    () =>
      from({ ...numbers, x: 1 }).pipe(
        keyFilter<Record<string, unknown>, string>({ notKeys: ['x'] }) as never,
      ),
  ],
  ['keyValueFilter', () => from(numbers).pipe(keyValueFilter(() => true) as never)],
  ['rename', () => from(numbers).pipe(rename((key: string) => key) as never)],
  ['flattenRecord', () => from(numbers).pipe(flattenRecord() as never)],
  [
    'mergeToSingleStream',
    () => parallel({ x: from({}), y: from(numbers) }).pipe(mergeToSingleStream({ combine: true }) as never),
  ],
  ['sum', () => from(numbers).pipe(sum() as never)],
  [
    'lineParser',
    () => fromIterable([NAMES.join(), '1,2,3,4,5']).pipe(lineParser({ cast: record(() => Number) as never })),
  ],
  ['parseNdjson', () => fromIterable([JSON.stringify(numbers)]).pipe(parseNdjson())],
  [
    'parseNdjson, large integers',
    () => fromIterable([JSON.stringify(numbers)]).pipe(parseNdjson({ largeIntegers: 'text' })),
  ],
  ['parseJson', () => fromIterable([`[${JSON.stringify(numbers)}]`]).pipe(parseJson())],
  [
    'formatNdjson',
    () =>
      from(numbers).pipe(
        formatNdjson(),
        map((line) => JSON.parse(line) as unknown),
      ),
  ],
  [
    'aggregate',
    () =>
      from(numbers).pipe(
        aggregate(aggregates(record((name) => maxOf((item: never) => item[name])) as never)),
      ),
  ],
])('%s keeps every key', async (_name, term) => {
  expect(await given(term())).toEqual([all])
})

test('keys in keys: nested records are as they were', async () => {
  const nested = record(() => numbers)
  const text = JSON.stringify(nested)
  expect(await given(fromIterable([text]).pipe(parseNdjson()))).toEqual([entriesOf(nested)])
  expect(await given(fromIterable([`[${text}]`]).pipe(parseJson()))).toEqual([entriesOf(nested)])
  const [flat] = await toArray(from(nested).pipe(flattenRecord() as never))
  expect(Object.keys(flat as object)).toHaveLength(NAMES.length ** 2)
})

test('files: csv and ndjson, read and written', async () => {
  const folder = await temporaryFolder()
  const [table, json] = [join(folder, 'a.csv'), join(folder, 'a.ndjson')]
  await writeFile(table, `${NAMES.join()}\n1,2,3,4,5\n`)
  await writeFile(json, `${JSON.stringify(numbers)}\n`)
  const fields = record(() => 'number') as Record<string, 'number'>
  expect(await given(csv(table))).toEqual([entriesOf(record((_, at) => String(at + 1)))])
  expect(await given(csv(table, { fields }))).toEqual([all])
  expect(await given(ndjson(json))).toEqual([all])
  expect(await given(ndjson(json, { fields }))).toEqual([all])
  expect(await toArray(lines(table))).toEqual(await toArray(from(numbers).pipe(formatCsv())))
})

test('keys of tables', async () => {
  const words = () => fromIterable([...NAMES, '__proto__'])
  const counts = NAMES.map((key) => ({ key, value: key === '__proto__' ? 2 : 1 }))
  expect(await toArray(words().pipe(keyedAggregate((word) => word, countOf())))).toEqual(counts)
  expect(
    await toArray(
      words().pipe(
        keyedReduce(
          (word) => word,
          (n) => n + 1,
          0,
        ),
      ),
    ),
  ).toEqual(counts)
  const table = fromIterable(NAMES.map((name) => ({ name })))
  const rows = parallel({ items: words(), table }).pipe(
    enrich({ key: { items: (word) => word, table: ({ name }) => name } }),
  )
  expect((await toArray(rows)).map(({ item, row }) => item === row.name)).toEqual(Array(6).fill(true))
  const both = () => parallel({ left: words(), right: fromIterable(NAMES) })
  const options = {
    time: { left: () => 1, right: () => 1 },
    key: { left: (word: string) => word, right: (word: string) => word },
  }
  expect(await toArray(both().pipe(intervalJoin({ ...options, toMs: 0 })))).toHaveLength(6)
  expect(await toArray(both().pipe(windowJoin({ ...options, sizeMs: 10 })))).toHaveLength(6)
  expect(await toArray(both().pipe(asOfJoin(options)))).toHaveLength(6)
})

test('what a record does not have is not taken from where all objects have it', async () => {
  const short = { a: 1 }
  const rows = from(short).pipe(formatCsv({ columns: ['a', 'constructor', '__proto__'] }))
  expect(await toArray(rows)).toEqual(['a,constructor,__proto__', '1,,'])
  const picture = plot<Record<string, number>>({ x: 'a', y: 'constructor' })
  const summary = await run(from(short).pipe(picture as never)).done
  expect(summary.result(picture as never)).toMatchObject({ data: { values: [{ x: 1, y: null }] } })
  await expect(toArray(from(short).pipe(sum({ keys: ['constructor'] }) as never))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(
    await toArray(
      from(short).pipe(
        keyFilter<Record<string, unknown>, string>({ keys: ['toString', '__proto__'] }) as never,
      ),
    ),
  ).toEqual([{}])
})

test('names of branches', async () => {
  const names = NAMES.slice(1)
  const branches = Object.fromEntries(names.map((name, at) => [name, fromIterable([at])]))
  expect(await given(parallel(branches).pipe(combineLatest() as never))).toEqual([
    names.map((name, at) => [name, at]),
  ])
  const none = { ...branches, toString: fromIterable<number>([]) }
  expect(await given(parallel(none).pipe(combineLatest() as never))).toEqual([])
  expect(await given(parallel(branches).pipe(linearizer() as never))).toHaveLength(names.length)
  expect(() => parallel(record(() => fromIterable([1])) as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})

test('what is printed', async () => {
  const printed: unknown[] = []
  const show = { print: (shown: unknown) => printed.push(shown) }
  await toArray(from(numbers).pipe(print({ keys: ['__proto__'], ...show })))
  await toArray(from(numbers).pipe(printKeys(show)))
  await toArray(from({ ...numbers }).pipe(pprint({ keys: ['__proto__'], ...show })))
  expect([entriesOf(printed[0]), ...printed.slice(1)]).toEqual([
    [['__proto__', 1]],
    NAMES.join(', '),
    "{ ['__proto__']: 1 }",
  ])
})

test('a Parquet file whose reader would lose the key is refused', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'a.parquet')
  const columns = (names: readonly string[]) =>
    writeFile(
      path,
      new Uint8Array(parquetWriteBuffer({ columnData: names.map((name) => ({ name, data: [1] })) })),
    )
  await columns(NAMES.slice(1))
  expect(await given(parquet(path))).toEqual([NAMES.slice(1).map((name) => [name, 1])])
  await columns(NAMES)
  await expect(toArray(parquet(path))).rejects.toMatchObject({
    term: 'parquet',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('a column named __proto__') },
  })
})

test('sums per key', async () => {
  const items = from({ k: '__proto__', n: 1 }, { k: 'constructor', n: 2 }, { k: '__proto__', n: 3 })
  const by = keyedAggregate(
    (item: { k: string; n: number }) => item.k,
    sumOf((item: { n: number }) => item.n),
  )
  expect(await toArray(items.pipe(by as never))).toEqual([
    { key: '__proto__', value: 4 },
    { key: 'constructor', value: 2 },
  ])
})
