// Node streams in object mode: a Readable, a Transform and a Writable in a pipeline.

import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Done, type Due, latency, paced, work } from './contract.ts'

export const prepare = latency(() => ({
  run: (timetable, sink) =>
    pipeline(
      Readable.from(paced(timetable)),
      new Transform({
        objectMode: true,
        transform: (due: Due, _encoding, done) => done(null, work(due, timetable.steps)),
      }),
      new Writable({
        objectMode: true,
        write: (item: Done, _encoding, done) => {
          sink(item)
          done()
        },
      }),
    ),
}))
