/**
 * `Peek`: a look at some of the items that pass a place, while the run goes on. Outlets and fused stages show what passes
 * them; without a look, all it costs is one check per batch.
 */

import type { Kernel } from '../contracts.ts'
import { TermError } from '../errors.ts'

/** Looks at some of the items that leave a term, or that enter it if it is a sink. */
export interface Peek {
  /** The id of the term. */
  readonly term: string
  /** The output port. Default: all. */
  readonly port?: string
  /** Whether an item is wanted now; asked often. */
  readonly isWanted: boolean
  /** Gets an item, on the caller's thread. What it throws ends the run. */
  onItem(item: unknown): void
}

/** A look whose failures go to `fail`, so that they are not taken for those of the term before or behind it. */
export function guardedPeek(peek: Peek, fail: (error: TermError) => void): Peek {
  let hasFailed = false
  const guard = <Result>(call: () => Result, item?: unknown): Result | undefined => {
    if (hasFailed) return undefined
    try {
      return call()
    } catch (error) {
      hasFailed = true
      fail(new TermError(`tap(${peek.term})`, 'item', error, item))
      return undefined
    }
  }
  return {
    term: peek.term,
    ...(peek.port === undefined ? {} : { port: peek.port }),
    get isWanted() {
      return guard(() => peek.isWanted) === true
    },
    onItem: (item) => guard(() => peek.onItem(item), item),
  }
}

type ItemFunction = (...args: unknown[]) => unknown

/** Which argument of a kernel's function is the item; undefined if it has none. */
function itemAt(kind: Kernel['kind']): 0 | 1 | undefined {
  if (kind === 'scan' || kind === 'fold') return 1
  return ['map', 'filter', 'tap', 'apply', 'flatMap', 'expand', 'sink'].includes(kind) ? 0 : undefined
}

/** Who looks at what enters the terms of a stage. */
export class OpPeeks {
  readonly #kernels: readonly Kernel[]
  readonly #looking: { readonly op: number; readonly peek: Peek }[] = []

  constructor(kernels: readonly Kernel[]) {
    this.#kernels = kernels
  }

  /** Whether an item is wanted now. */
  get isWanted(): boolean {
    for (const { peek } of this.#looking) if (peek.isWanted) return true
    return false
  }

  /** Begins to look at what enters term `op`. Returns undefined if that cannot be seen. */
  add(op: number, peek: Peek): (() => void) | undefined {
    const kernel = this.#kernels[op]
    if (kernel === undefined || itemAt(kernel.kind) === undefined) return undefined
    const looking = { op, peek }
    this.#looking.push(looking)
    return () => {
      const place = this.#looking.indexOf(looking)
      if (place >= 0) this.#looking.splice(place, 1)
    }
  }

  /** The functions; those that are looked at show their items. */
  shown(functions: readonly ItemFunction[]): ItemFunction[] {
    const shown = [...functions]
    for (const { op, peek } of this.#looking) {
      const f = shown[op] as ItemFunction
      const place = itemAt((this.#kernels[op] as Kernel).kind) as 0 | 1
      shown[op] = function (this: unknown, ...args: unknown[]): unknown {
        if (peek.isWanted) peek.onItem(args[place])
        return Reflect.apply(f, this, args)
      }
    }
    return shown
  }
}
