/** `RolledNames`: the names of files that roll, none of which is given twice. Made by `RollingFiles`. */

import { exists } from './line-file.ts'
import { partName } from './roll.ts'
import type { LastPart, RolledName } from './rolled-file.ts'

/** Periods whose numbers are kept: those that had a file last. */
const PERIODS = 1000

/** The names of one run's files; of a period its parts are counted. */
export class RolledNames {
  readonly #file: string
  readonly #everyMs: number
  readonly #parts: Map<number | null, number>

  constructor(file: string, everyMs: number | undefined, parts: readonly LastPart[] = []) {
    this.#file = file
    this.#everyMs = everyMs ?? 0
    this.#parts = new Map(parts)
  }

  /** The next name for a period: none that another file has, or that one of the run ever had, or is to have. */
  async free(period: number | undefined, given: readonly RolledName[]): Promise<RolledName> {
    for (let part = this.#last(period) + 1; ; part++) {
      const final = partName(this.#file, period, this.#everyMs, part)
      if (!given.some((each) => each.final === final) && !(await exists(final)))
        return { period, part, final }
    }
  }

  #last(period: number | undefined): number {
    return this.#parts.get(period ?? null) ?? 0
  }

  /** A file of this part is complete. */
  add({ period, part }: RolledName): void {
    const key = period ?? null
    const last = Math.max(part, this.#last(period))
    this.#parts.delete(key)
    this.#parts.set(key, last)
    if (this.#parts.size <= PERIODS) return
    const [oldest] = this.#parts.keys()
    this.#parts.delete(oldest as number | null)
  }

  /** The highest parts: structured-cloneable, and JSON. */
  get parts(): readonly LastPart[] {
    return [...this.#parts]
  }
}
