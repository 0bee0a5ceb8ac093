/** `Parts`: the numbers that rolled files have had, so that none is given twice. Made by `RollingFiles`. */

import type { LastPart } from './rolled-file.ts'

/** Periods whose numbers are kept: those that had a file last. */
const PERIODS = 1000

/** The highest part of each period. */
export class Parts {
  readonly #parts: Map<number | null, number>

  constructor(parts: readonly LastPart[] = []) {
    this.#parts = new Map(parts)
  }

  /** 0 if there was none. */
  last(period: number | undefined): number {
    return this.#parts.get(period ?? null) ?? 0
  }

  /** A file of this part is complete. */
  add(period: number | undefined, part: number): void {
    const key = period ?? null
    const last = Math.max(part, this.last(period))
    this.#parts.delete(key)
    this.#parts.set(key, last)
    if (this.#parts.size <= PERIODS) return
    const [oldest] = this.#parts.keys()
    this.#parts.delete(oldest as number | null)
  }

  /** Structured-cloneable, and as well as JSON. */
  get all(): readonly LastPart[] {
    return [...this.#parts]
  }
}
