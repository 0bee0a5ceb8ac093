/**
 * The 3,201 movies of the package vega-datasets: the commonest words of their titles, and for each genre how the ratings
 * are spread. Both come from one pass: words are counted by a sketch of bounded size, quantiles are estimated to 1 %.
 *
 *              +--> wordsOf --> aggregate ----> toHeading --+
 *     movies --+                                            +--> merge --> print
 *              +--> rated --> keyedAggregate --> toLine ----+
 *
 * Run it with: npx millrace run examples/08-movies.ts
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { graph, parallel, run, type Summary } from 'millrace'
import {
  aggregate,
  aggregates,
  countOf,
  flatMap,
  fromIterable,
  type Keyed,
  keyedAggregate,
  map,
  merge,
  print,
  quantilesOf,
  type TopKey,
  topOf,
} from 'millrace/terms'

/** The package exports its code only; its data lie beside that. */
const movies = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/movies.json')

/** What is read of a movie; the file has gaps, and titles such as 300 are numbers. */
export interface Movie {
  readonly Title: string | number | null
  readonly 'Major Genre': string | null
  readonly 'IMDB Rating': number | null
}

/** All movies of the file. */
export function readMovies(file = movies): Movie[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Movie[]
}

/** Words that say nothing. */
const COMMON = new Set([
  'the',
  'a',
  'of',
  'and',
  'in',
  'to',
  's',
  'on',
  'for',
  'i',
  'with',
  'you',
  'my',
  'me',
  'from',
  'at',
])

/** The words of a title, in lower case. */
export function wordsOf({ Title }: Movie): string[] {
  const words = String(Title ?? '')
    .toLowerCase()
    .match(/[a-z]+/g)
  return (words ?? []).filter((word) => !COMMON.has(word))
}

/** Genre and rating, where both are known. */
export function rated(movie: Movie): { genre: string; rating: number } | undefined {
  const { 'Major Genre': genre, 'IMDB Rating': rating } = movie
  return genre === null || rating === null ? undefined : { genre, rating }
}

function toHeading(top: readonly TopKey<string>[]): string {
  return `words: ${top.map(({ key, count }) => `${key} ${count}`).join(', ')}`
}

interface Spread {
  readonly films: number
  /** The rating that a tenth, a half, and nine tenths of the films do not exceed. */
  readonly spread: readonly number[]
}

function toLine({ key, value: { films, spread } }: Keyed<string, Spread>): string {
  return [key.padEnd(20), String(films).padStart(4), ...spread.map((q) => q.toFixed(1).padStart(5))].join(' ')
}

const ratings = graph(import.meta.url, ({ file = movies }: { file?: string }) => {
  const all = fromIterable(() => readMovies(file))
  return parallel(
    all.pipe(flatMap(wordsOf), aggregate(topOf((word) => word, 5, { counters: 6000 })), map(toHeading)),
    all.pipe(
      map(rated),
      keyedAggregate(
        (movie) => movie.genre,
        aggregates({ films: countOf(), spread: quantilesOf((movie) => movie.rating, [0.1, 0.5, 0.9]) }),
      ),
      map(toLine),
    ),
  ).pipe(merge(), print())
})
export default ratings

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(ratings({})).done
}

// Prints (the two branches may come in another order): genre, films, and the three quantiles.
//
//     Drama                 738   5.5   6.9   7.9
//     Comedy                635   4.2   6.0   7.5
//     Musical                50   3.7   6.8   7.8
//     Thriller/Suspense     233   4.9   6.4   7.6
//     Action                392   4.2   6.2   7.8
//     Romantic Comedy       130   4.7   5.8   7.2
//     Adventure             251   4.7   6.4   7.8
//     Western                35   5.6   6.8   7.9
//     Horror                209   4.3   5.6   7.3
//     Documentary            37   5.0   7.5   8.2
//     Black Comedy           32   5.6   6.9   7.8
//     Concert/Performance     4   4.9   5.9   6.2
//     words: man 56, love 31, movie 31, dead 29, last 27
