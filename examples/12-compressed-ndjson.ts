/**
 * Compressed NDJSON in and out: the flights of the package vega-datasets, written as a packed file of one JSON value per
 * line, then read again, and the late ones written to another, in a better format. Neither file is ever in memory.
 *
 *     stream --> parseJson --> formatNdjson --> joinLines --> compress(gzip) ---> toWritable    flights.ndjson.gz
 *
 *     stream --> decompress(gzip) --> splitLines --> parseNdjson --> late --+--> formatNdjson --> joinLines
 *                                                    (filter)               |    --> compress(brotli) --> toWritable
 *                                                                           +--> count --> print
 *
 * Run it with: npx tsx examples/12-compressed-ndjson.ts, which writes into the system's folder for temporary files.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isMain, parallel, run } from 'millrace'
import {
  compress,
  decompress,
  filter,
  formatNdjson,
  fromReadable,
  joinLines,
  map,
  parseJson,
  parseNdjson,
  print,
  reduce,
  splitLines,
  toWritable,
} from 'millrace/terms'

/** The package exports its code only; its data lie beside that. */
const data = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data')

export interface Flight {
  readonly delay: number
  readonly distance: number
  readonly time: number
}

const read = (file: string) => fromReadable<Uint8Array>(() => createReadStream(file))
const write = (file: string) => toWritable<Uint8Array>(() => createWriteStream(file))

/** One large JSON array to packed lines. */
export const pack = (from: string, to: string) =>
  read(from).pipe(parseJson<Flight>(), formatNdjson(), joinLines(), compress('gzip', { level: 1 }), write(to))

/** Packed lines to packed lines: the flights that were more than two hours late. */
export const keepLate = (from: string, to: string) => {
  const late = read(from).pipe(
    decompress('gzip'),
    splitLines(),
    parseNdjson<Flight>(),
    filter(({ delay }: Flight) => delay > 120).named('late'),
  )
  return parallel(
    late.pipe(formatNdjson(), joinLines(), compress('brotli', { level: 5 }), write(to)),
    late.pipe(
      reduce((n: number) => n + 1, 0).named('count'),
      map((n: number) => `${n} flights were more than two hours late`),
      print(),
    ),
  )
}

/** Writes both files into `folder`. */
export async function main(
  folder: string = tmpdir(),
  flights = join(data, 'flights-20k.json'),
): Promise<readonly [all: string, late: string]> {
  const all = join(folder, 'flights.ndjson.gz')
  const late = join(folder, 'late.ndjson.br')
  await run(pack(flights, all)).done
  await run(keepLate(all, late)).done
  return [all, late]
}

if (isMain(import.meta.url)) await main()

// Prints:
//
//     290 flights were more than two hours late
