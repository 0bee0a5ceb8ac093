/** Goal: outputs become streams that hold the graph back, end it when they are let go, and carry its errors. */

import { run } from '@millrace/core'
import { settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, fromReadable, map, toArray, toReadable, toWebStream } from '../index.ts'
import { naturals, REFUSED, settings } from '../shape/test/everywhere.ts'

const both = [toReadable, toWebStream] as const

test('there and back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), settings(), async (items, options) => {
      for (const to of both) {
        const stream = to(run(fromIterable(items), options).output())
        expect(await toArray(fromReadable<number>(stream), options)).toEqual(items)
      }
    }),
    { numRuns: 30 },
  )
})

for (const to of both) {
  test(`${to.name}: a stream that is let go ends the run, and nothing is read ahead of it`, async () => {
    const { source, closed } = naturals()
    let most = 0
    const seen = map((n: number) => {
      most = n
      return n
    })
    const running = run(fromIterable(source).pipe(seen), { edges: { capacityItems: 4 }, batchItems: 4 })
    const got: number[] = []
    for await (const n of to(running.output())) {
      got.push(n)
      await settle(1)
      if (n === 9) break
    }
    await running.done
    expect([got.length, closed(), most < 30]).toEqual([10, true, true])
  })

  test(`${to.name}: a failure of the run is the stream's`, async () => {
    const failing = fromIterable([1]).pipe(
      map((): number => {
        throw new Error('no')
      }),
    )
    const read = async () => {
      for await (const _ of to(run(failing).output())) expect.unreachable()
    }
    await expect(read()).rejects.toMatchObject({ code: 'TERM_FAILED' })
  })

  test(`${to.name} refuses what is no async iterable`, () => {
    expect(() => to([1] as never)).toThrow(REFUSED)
  })
}
