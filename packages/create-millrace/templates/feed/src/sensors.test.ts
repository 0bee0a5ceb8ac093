import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from 'millrace'
import { collect, map } from 'millrace/terms'
import { checkLedger, SourceProbe } from 'millrace/testing'
import { perSecond, type Reading, toLine } from './sensors.ts'

test('the mean of a second is given once a reading of the next has come', async () => {
  const source = new SourceProbe<Reading>() // gives what the test sends, when it sends it
  const lines = collect<string>()
  const { done } = run(source.pipe(perSecond(), map(toLine), lines))
  source.send(
    { sensor: 'roof', at: 0, celsius: 10 },
    { sensor: 'roof', at: 999, celsius: 20 },
    { sensor: 'roof', at: 1000, celsius: 30 },
  )
  source.end()
  const summary = await done
  checkLedger(summary) // every item is accounted for
  assert.deepEqual(summary.result(lines), [
    '00:00:00  roof    15.00 °C  (2 readings)',
    '00:00:01  roof    30.00 °C  (1 reading)',
  ])
})
