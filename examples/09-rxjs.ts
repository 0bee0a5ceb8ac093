/**
 * Operators of rxjs within a graph: a search box. Key strokes come from an observable; rxjs waits until the typing
 * pauses and leaves out what was searched for just now; the search itself is an ordinary term.
 *
 *     fromObservable --> debounceTime --> distinctUntilChanged --> search --> print
 *     (key strokes)      (rxTimed)        (rx)                     (map)
 *
 * An operator of rxjs cannot be held back, so it is fed one item at a time, and only while there is room for what it
 * gives. Where items are pushed from outside, what happens to too many must be said: `overflow`.
 *
 * Run it with: npx millrace run examples/09-rxjs.ts
 */
import { graph, type RunOptions, run, type Summary } from 'millrace'
import { fromObservable, rx, rxTimed } from 'millrace/rx'
import { map, print } from 'millrace/terms'
import { debounceTime, distinctUntilChanged, type Observable, of } from 'rxjs'
import { concatMap, delay } from 'rxjs/operators'

const BOOKS = ['Moby-Dick', 'Middlemarch', 'The Mill on the Floss', 'Silas Marner']

/** What was in the box after each stroke, and how long after the stroke before, in ms. */
const STROKES: readonly (readonly [text: string, afterMs: number])[] = [
  ['m', 0],
  ['mi', 20],
  ['mil', 20],
  ['mill', 20],
  ['mil', 300],
  ['mill', 20],
  ['mi', 300],
  ['m', 20],
  ['ma', 20],
  ['mar', 20],
]

/** Somebody typing. */
export function typing(): Observable<string> {
  return of(...STROKES).pipe(concatMap(([text, afterMs]) => of(text).pipe(delay(afterMs))))
}

/** The graph; a test gives it strokes and time of its own. */
export function search(strokes: () => Observable<string>) {
  return fromObservable(strokes, { overflow: 'latest' }).pipe(
    rxTimed<string, string>((scheduler) => debounceTime(100, scheduler)).named('debounceTime'),
    rx(distinctUntilChanged<string>()).named('distinctUntilChanged'),
    map((text: string) => {
      const found = BOOKS.filter((book) => book.toLowerCase().includes(text))
      return `${text}: ${found.join(', ') || 'nothing'}`
    }).named('search'),
    print(),
  )
}

export default graph(import.meta.url, () => search(typing))

/** The same from a program. */
export function main(strokes: () => Observable<string> = typing, options: RunOptions = {}): Promise<Summary> {
  return run(search(strokes), options).done
}

// Prints:
//
//     mill: The Mill on the Floss
//     mar: Middlemarch, Silas Marner
