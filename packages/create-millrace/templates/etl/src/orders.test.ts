import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from 'millrace'
import { checkLedger } from 'millrace/testing'
import orders, { toOrder } from './orders.ts'

test('an order has a whole number of cents', () => {
  assert.deepEqual(toOrder({ city: 'Bonn', cents: '250' }), { city: 'Bonn', cents: 250 })
  assert.throws(() => toOrder({ city: 'Bonn', cents: 'n/a' }), /n\/a/)
})

test('orders are summed up by city, and broken ones are set aside', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orders-'))
  try {
    const [input, output] = [join(folder, 'in.csv'), join(folder, 'out.ndjson')]
    await writeFile(input, 'city,cents\nBonn,250\nEssen,n/a\nBonn,50\nAachen,100\n')
    const summary = await run(orders({ in: input, out: output })).done
    checkLedger(summary) // every item is accounted for
    assert.equal(summary.items.deadLettered, 1)
    const totals = (await readFile(output, 'utf8')).trim().split('\n')
    assert.deepEqual(
      totals.map((line) => JSON.parse(line)),
      [
        { city: 'Bonn', orders: 2, euros: 3 },
        { city: 'Aachen', orders: 1, euros: 1 },
      ],
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})
