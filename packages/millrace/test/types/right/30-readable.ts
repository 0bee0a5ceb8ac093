// A run's output for code that takes streams, and streams for terms.
import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { run, type Term } from 'millrace'
import {
  fromIterable,
  fromReadable,
  map,
  splitLines,
  toReadable,
  toWebStream,
  toWritable,
} from 'millrace/terms'
import { same } from '../same.ts'

const readable = toReadable(run(fromIterable([1])).output())
same<typeof readable, Readable>()
const web = toWebStream(run(fromIterable([1]).pipe(map(String))).output())
same<typeof web, ReadableStream<string>>()
const lines = fromReadable(process.stdin, { encoding: 'utf8' }).pipe(splitLines())
same<typeof lines, Term<never, string>>()
lines.pipe(toWritable(() => process.stdout))
