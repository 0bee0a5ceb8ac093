/** `FailureWatch`: tells when a term fails on too large a share of its items. Asked now and then by `Run`. */

import type { Stats } from '../contracts.ts'
import { InvalidOptionError } from '../errors.ts'
import type { FailureRate, FailureRateOptions } from '../failure.ts'

/** Items that a term must have taken before it is judged: of one item, one that fails is all. */
const MIN_ITEMS = 100

const DEFAULTS = { warnShare: 0.01, actShare: 0.1 }

/** Judges the terms of one run. */
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
  look({ nodes, failures }: Pick<Stats, 'nodes' | 'failures'>): FailureRate[] {
    const changed: FailureRate[] = []
    for (const { id, in: taken } of nodes) {
      const counts = failures.byTerm[id]
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
