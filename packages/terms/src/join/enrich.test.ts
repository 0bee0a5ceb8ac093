/** Goal: `enrich` gives every item its row, whichever input comes first. */

import { parallel, run } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { enrich, fromIterable, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

const key = { items: (n: number) => n % 10, table: ({ id }: { id: number }) => id }

test('equals a look-up in a map of the whole table', async () => {
  const rows = fc.array(fc.record({ id: fc.nat({ max: 9 }), name: fc.string() }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), rows, fc.nat(), async (items, table, seed) => {
      const map = new Map(table.map((row) => [row.id, row]))
      const both = () => parallel({ items: fromIterable(items), table: fromIterable(table) })
      const options = randomOptions(new Random(seed))
      expect(await toArray(both().pipe(enrich({ key })), options)).toEqual(
        items.filter((item) => map.has(item % 10)).map((item) => ({ item, row: map.get(item % 10) })),
      )
      expect(await toArray(both().pipe(enrich({ key, kind: 'left' })), options)).toEqual(
        items.map((item) => (map.has(item % 10) ? { item, row: map.get(item % 10) } : { item })),
      )
    }),
  )
})

test('items wait for the table', async () => {
  const items = new SourceProbe<number>('items')
  const table = new SourceProbe<{ id: number }>('table')
  const sink = new SinkProbe<object>().request()
  const { done } = run(parallel({ items, table }).pipe(enrich({ key }), sink), {
    edges: { capacityItems: 2 },
  })
  items.send(1, 2, 3, 4, 5, 6)
  await settle()
  expect(items.given).toBeLessThan(6)
  table.send({ id: 2 })
  table.end()
  items.end()
  await done
  expect(sink.received).toEqual([{ item: 2, row: { id: 2 } }])
})

test('the table is bounded', async () => {
  const table = fromIterable([{ id: 1 }, { id: 2 }, { id: 1 }, { id: 3 }])
  const both = parallel({ items: fromIterable([1]), table })
  expect(await toArray(both.pipe(enrich({ key, maxRows: 3 })))).toHaveLength(1)
  await expect(toArray(both.pipe(enrich({ key, maxRows: 2 })))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxRows') },
  })
  expect(() => enrich({} as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
