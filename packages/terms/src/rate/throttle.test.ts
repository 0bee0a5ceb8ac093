/** Goal: `throttle` goes by the time of the source, whatever the buffers do. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapAsync, throttle } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import { type At, inVirtualTime } from './test/in-virtual-time.ts'

test('passes an item and leaves out those of the next ms', async () => {
  const gaps = fc.array(fc.nat({ max: 15 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(gaps, async (all) => {
      let now = 0
      const items = all.map((gap, i): At<number> => [(now += gap), i])
      let last = Number.NEGATIVE_INFINITY
      const expected = items.filter(([at]) => {
        if (at < last + 10) return false
        last = at
        return true
      })
      expect(await inVirtualTime(throttle<number>(10), items, now)).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

test('a reader that is late does not change which items pass', async () => {
  const clock = new VirtualClock()
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>()]
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const gate = mapAsync((n: number) => opened.then(() => n), { concurrency: 1 })
  const { done } = run(source.pipe(gate, throttle(10), sink), { clock })
  await settle()
  for (const item of [0, 5, 10, 15, 20]) {
    source.send(item)
    await clock.advance(5)
  }
  await clock.advance(1000)
  source.end()
  open()
  sink.request()
  await done
  expect(sink.received).toEqual([0, 10, 20])
})

test('refuses what is no duration', () => {
  expect(() => throttle(0)).toThrow(REFUSED)
})
