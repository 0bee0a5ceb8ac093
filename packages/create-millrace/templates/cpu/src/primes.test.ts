import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareStrategies } from 'millrace'
import { fromIterable, map, toArray } from 'millrace/terms'
import primes, { primesIn, rangesOf } from './primes.ts'

test('primes are counted range by range', async () => {
  const counted = await toArray(fromIterable(rangesOf(3, 10)).pipe(map(primesIn)))
  assert.deepEqual(
    counted.map((range) => range.primes),
    [4, 4, 2],
  )
})

test('workers give the same answer as this thread', async () => {
  const { isEqual, runs } = await compareStrategies(primes({ count: 8, size: 100 }), {
    strategies: ['inline', 'pool'],
    scheduler: { workers: 2 },
  })
  assert.equal(runs.at(1)?.outcome, 'completed')
  assert.equal(isEqual, true)
})
