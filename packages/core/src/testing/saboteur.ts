/**
 * `Saboteur`: lets things go wrong at set rates, but always the same things: what becomes of an item is decided by the
 * seed and the item alone. For tests of whatever must survive failures. It is never used by the framework itself.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../contracts.ts'
import { InvalidOptionError, MillraceError } from '../errors.ts'
import { kernelTerm } from '../term/leaf.ts'
import type { Term } from '../term/term.ts'

/**
 * What can become of an item.
 *
 * - `delay`: its result comes `delayMs` later, as a promise.
 * - `throw`: the call throws an error with code `SABOTAGE`.
 * - `uncloneable`: the result is a record with a function in it, which no other thread can be sent.
 * - `exit`: the thread or process that has the item ends, without a word.
 * - `fillHeap`: the call takes memory until its thread or process dies. Only where `heapLimitMb` bounds it.
 * - `hang`: the call never returns.
 */
export type Fate = 'delay' | 'throw' | 'uncloneable' | 'exit' | 'fillHeap' | 'hang'

/** What a saboteur does, and how often. */
export interface SaboteurOptions {
  readonly seed: number
  /** The share of items that meet each fate, from 0 to 1; together at most 1. */
  readonly rates: Readonly<Partial<Record<Fate, number>>>
  /** What tells items apart: items with one key meet one fate. Default: their JSON. */
  readonly keyOf?: (item: unknown) => string
  /** How long a `delay` takes, in ms. Default 10. */
  readonly delayMs?: number
  /**
   * An empty folder, in which is noted who has met a fate, for all threads and processes: each item does so once, and
   * is left alone when it is run again. Default: an item meets its fate each time.
   */
  readonly onceIn?: string
}

const FATES: readonly Fate[] = ['delay', 'throw', 'uncloneable', 'exit', 'fillHeap', 'hang']
const DEFAULT_DELAY_MS = 10

/**
 * Sabotages functions and streams by chance, but always by the same chance.
 *
 * `exit`, `fillHeap` and `hang` end or block whatever thread they are met on: run the term under a strategy with workers.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { collect, fromIterable, map } from 'millrace/terms'
 * import { Saboteur } from 'millrace/testing'
 *
 * const saboteur = new Saboteur({ seed: 7, rates: { throw: 0.1 } })
 * const numbers = Array.from({ length: 100 }, (_, i) => i)
 * const bad = numbers.filter((n) => saboteur.fateOf(n) === 'throw')
 * const failing = fromIterable(numbers).pipe(saboteur.term<number>(), collect<number>())
 * await run(failing).done.catch((error) => console.log(error.item === bad[0], error.cause.code)) // true SABOTAGE
 * ```
 */
export class Saboteur {
  readonly #options: SaboteurOptions

  /** @throws {InvalidOptionError} for a rate outside of 0 to 1, and for rates that add up to more than 1. */
  constructor(options: SaboteurOptions) {
    let sum = 0
    for (const fate of FATES) {
      const rate = options.rates[fate] ?? 0
      if (!(rate >= 0 && rate <= 1)) throw new InvalidOptionError(`rates.${fate}`, rate, 'from 0 to 1')
      sum += rate
    }
    if (sum > 1 + Number.EPSILON * FATES.length)
      throw new InvalidOptionError('rates', sum, '1 at most, together')
    this.#options = options
  }

  /** What becomes of an item, by seed and rates; `undefined` for those that are left alone. */
  fateOf(item: unknown): Fate | undefined {
    const { rates } = this.#options
    let point = hashOf(this.#keyOf(item), this.#options.seed) / 2 ** 32
    for (const fate of FATES) {
      point -= rates[fate] ?? 0
      if (point < 0) return fate
    }
    return undefined
  }

  #keyOf(item: unknown): string {
    const { keyOf } = this.#options
    return keyOf === undefined ? (JSON.stringify(item) ?? String(item)) : keyOf(item)
  }

  /** A function that does what `f` does, but for items that meet a fate: those it does not see, delayed ones excepted. */
  wrap<In, Out>(f: (item: In) => Out): (item: In, ctx?: Context<never, never>) => Out {
    return (item, ctx) => {
      const fate = this.fateOf(item)
      if (fate === undefined || !this.#isFirst(item)) return f(item)
      return this.#act(fate, item, () => f(item), ctx) as Out
    }
  }

  /** A term that passes all items on, but for those that meet a fate. Stateless, so it runs on any worker. */
  term<T>(name = 'saboteur'): Term<T, T> {
    const pass = this.wrap((item: T) => item)
    return kernelTerm<T, T>(name, {
      kind: 'apply',
      self: {},
      f: (item: T, ctx: Context<never, never>) => pass(item, ctx),
    })
  }

  #isFirst(item: unknown): boolean {
    const { onceIn, seed } = this.#options
    if (onceIn === undefined) return true
    const key = this.#keyOf(item)
    // two hashes: one alone would let one item in 65,000 go free for another's sake
    const name = `${hashOf(key, seed).toString(36)}-${hashOf(key, ~seed).toString(36)}`
    try {
      writeFileSync(join(onceIn, name), '', { flag: 'wx' })
      return true
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'EEXIST') return false
      throw error
    }
  }

  #act(fate: Fate, item: unknown, proceed: () => unknown, ctx: Context<never, never> | undefined): unknown {
    switch (fate) {
      case 'delay': {
        const { delayMs = DEFAULT_DELAY_MS } = this.#options
        const slept = ctx?.sleep(delayMs) ?? new Promise<void>((resolve) => setTimeout(resolve, delayMs))
        return slept.then(proceed)
      }
      case 'throw':
        throw new MillraceError('SABOTAGE', `The saboteur has chosen item ${this.#keyOf(item)}.`)
      case 'uncloneable':
        return { item, sabotage: () => item }
      case 'exit':
        // process.exit would be an error of the term
        return (process as unknown as { reallyExit(code: number): void }).reallyExit(1)
      case 'fillHeap':
        return fillHeap()
      case 'hang':
        for (;;);
    }
  }
}

/** In small pieces: a single array that grows too large would take the whole process down, not only a thread. */
function fillHeap(): never {
  const kept: unknown[][] = []
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
}

/** 32 bits: FNV-1a by Fowler, Noll and Vo, and then the mixer of MurmurHash3 by A. Appleby; both public domain. */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
