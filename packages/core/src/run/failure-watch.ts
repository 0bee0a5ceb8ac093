/** `FailureWatch`: tells when a term fails on too large a share of its items. Asked now and then by `Run`, and by who watches hosts. */

import { InvalidOptionError } from '../errors.ts'
import type { FailureRate, FailureRateOptions, Failures } from '../failure.ts'
import type { NodeStats } from '../stats.ts'

/** Items that a term must have taken before it is judged: of one item, one that fails is all. */
const MIN_ITEMS = 100

const DEFAULTS = { warnShare: 0.01, actShare: 0.1 }

/** What is looked at: nodes, those that have failed at least, and how. */
export interface Failing {
  readonly nodes: readonly Pick<NodeStats, 'id' | 'in'>[]
  readonly failures: Failures
}

/**
 * Judges the terms of one run, by the figures that it is shown now and then.
 *
 * @example
 * ```ts
 * import { FailureWatch, run } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const even = map((n: number) => {
 *   if (n % 2 === 1) throw new RangeError('odd')
 *   return n
 * }).onFailure({ onError: 'skip' })
 * const summary = await run(fromIterable(Array.from({ length: 200 }, (_, n) => n)).pipe(even)).done
 * console.log(new FailureWatch().look(summary))
 * // [ { term: 'map', level: 'act', share: 0.5, failed: 100, taken: 200 } ]
 * ```
 */
export class FailureWatch {
  readonly #warnShare: number
  readonly #actShare: number
  readonly #levels = new Map<string, FailureRate['level']>()

  /** @throws {InvalidOptionError} for shares that are none, or in the wrong order. */
  constructor(options: FailureRateOptions = {}) {
    const { warnShare, actShare } = { ...DEFAULTS, ...options }
    for (const [name, share] of Object.entries({ warnShare, actShare })) {
      if (typeof share === 'number' && share >= 0 && share <= 1) continue
      throw new InvalidOptionError(`failureRate.${name}`, share, 'a number from 0 to 1')
    }
    if (actShare < warnShare) {
      throw new InvalidOptionError('failureRate.actShare', actShare, `at least warnShare (${warnShare})`)
    }
    this.#warnShare = warnShare
    this.#actShare = actShare
  }

  /** The terms whose level is another than when it was looked last. */
  look({ nodes, failures }: Failing): FailureRate[] {
    const changed: FailureRate[] = []
    for (const { id, in: taken } of nodes) {
      // a term may have the name of what every object has
      const counts = Object.hasOwn(failures.byTerm, id) ? failures.byTerm[id] : undefined
      if (counts === undefined || taken < MIN_ITEMS) continue
      const failed = counts.error + counts.timeout + counts.worker + counts.circuit
      const share = Math.min(1, failed / taken)
      const level = share >= this.#actShare ? 'act' : share >= this.#warnShare ? 'warn' : 'ok'
      if (level === (this.#levels.get(id) ?? 'ok')) continue
      this.#levels.set(id, level)
      changed.push({ term: id, level, share, failed, taken })
    }
    return changed
  }
}
