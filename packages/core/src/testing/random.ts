/**
 * Chance under a test's control: the same seed gives the same choices, so whatever fails can be run again.
 *
 * Called by tests, by `randomSpec`, and through `seededSchedule` by the engine.
 */

/** Makes choices: `Random` from a seed, `Choices` from a list that a property test can shrink. */
export interface Chooser {
  /** A whole number from 0 up to, not including, `count`. Choosing 0 throughout gives the simplest result. */
  below(count: number): number
}

/**
 * A small seeded generator of random numbers; not for secrets.
 *
 * mulberry32 by Tommy Ettinger (public domain): 32 bits of state, passes gjrand's tests.
 *
 * @example
 * ```ts
 * import { Random } from '@millrace/core/testing'
 *
 * const [a, b] = [new Random(7), new Random(7)]
 * console.log(a.below(1000) === b.below(1000)) // true
 * ```
 */
export class Random implements Chooser {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T]
    }
    return shuffled
  }
}

/**
 * Choices read off a list; 0 when the list is used up, so that a shorter list means a simpler result.
 *
 * @example
 * ```ts
 * import { Choices } from 'millrace/testing'
 *
 * const choices = new Choices([7, 1])
 * console.log(choices.below(5), choices.below(5), choices.below(5)) // 2 1 0
 * ```
 */
export class Choices implements Chooser {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  below(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count
  }
}

/**
 * A schedule for `RunOptions.pick`: which of the ready stages runs next, decided by a seed alone.
 *
 * @example
 * ```ts
 * import { seededSchedule } from '@millrace/core/testing'
 *
 * const [first, again] = [seededSchedule(42), seededSchedule(42)]
 * console.log([first(9), first(9), first(9)].join() === [again(9), again(9), again(9)].join()) // true
 * ```
 */
export function seededSchedule(seed: number): (count: number) => number {
  const random = new Random(seed)
  return (count) => random.below(count)
}
