// What all programs of the etl suite are asked to do, in figures and paths. Types and constants only: programs and
// their workers load this file, so it must cost nothing.

/** Threads that a contender asks for, where it can choose. */
export const workers = 2

/** Length of a window of `logs`, in ms. */
export const windowMs = 60_000
/** A session of `sessions` ends where a user pauses for this many ms or more. */
export const gapMs = 1_800_000
/** Orders of `enrich` from this many cents up are written. */
export const leastCents = 100_000
/** How many of the most frequent words `words` writes. */
export const topWords = 100

/** What a program is told; also the parameters of the graph modules. */
export interface Paths {
  readonly input: string
  readonly output: string
}

/** Of `enrich`, which joins with a table. */
export interface PathsWithTable extends Paths {
  readonly table: string
}
