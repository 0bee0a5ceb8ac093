// Node streams in object mode, each with room for a thousand items: a Readable, a Transform and a Writable.

import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { addOne, backpressure, capacityItems, numbers } from './contract.ts'

const options = { objectMode: true, highWaterMark: capacityItems }

export const prepare = backpressure(async ({ sink, ...params }) => {
  await pipeline(
    Readable.from(numbers(params), options),
    new Transform({
      ...options,
      transform: (n: number, _encoding, done) => done(null, addOne(n)),
    }),
    new Writable({
      ...options,
      write: (item: number, _encoding, done) => {
        const pause = sink(item)
        if (pause === undefined) done()
        else pause.then(() => done(), done)
      },
    }),
  )
  return undefined
})
