// The graph with one item that ends the worker that has it:
//
//   numbers -> map (some work; skips what fails) -> checking

import { graph } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { Checking, type Result } from './checking.ts'
import { markOf } from './work.ts'

export interface PoisonParams {
  readonly items: number
  readonly poison: number
}

const STEPS = 200

/** An error that nobody catches ends a worker; the promise keeps it in this call until then. */
function endWorker(): Promise<never> {
  Promise.reject(new Error('poison'))
  return new Promise(() => undefined)
}

export default graph(import.meta.url, ({ items, poison }: PoisonParams) => {
  const deadly = map((n: number): Result | Promise<never> =>
    n === poison ? endWorker() : { n, count: 0, sum: 0, mark: markOf(n, STEPS) },
  )
  return fromIterable(Array.from({ length: items }, (_, n) => n)).pipe(
    deadly.named('deadly').onFailure({ onError: 'skip' }),
    new Checking({ items, without: poison }),
  )
})
