/** `LoopSet`: the loops of one stage, one per entry point, made when first needed. Called by `FusedStage`. */

import type { Kernel } from '../contracts.ts'
import type { Shape } from './codegen.ts'
import type { NodeContext } from './context.ts'
import { areHot, HOT_ITEMS, type Loop, ownLoop, samplingLoop, sharedLoop } from './loops.ts'

/** Hands out a stage's loops, shared ones until the stage has proved busy. */
export class LoopSet {
  readonly #kernels: readonly Kernel[]
  readonly #functions: readonly object[]
  readonly #tail: Shape['tail']
  readonly #timed: boolean
  /** The contexts of scans and folds. */
  readonly #stateful: readonly NodeContext[]
  readonly #loops = { window: [] as Loop[], iterator: [] as Loop[] }
  #taken = 0
  #isHot: boolean

  constructor(
    kernels: readonly Kernel[],
    functions: readonly object[],
    tail: Shape['tail'],
    timed: boolean,
    contexts: readonly NodeContext[],
  ) {
    this.#kernels = kernels
    this.#functions = functions
    this.#tail = tail
    this.#timed = timed
    this.#stateful = contexts.filter((_, k) => kernels[k]?.kind === 'scan' || kernels[k]?.kind === 'fold')
    this.#isHot = areHot(functions)
  }

  /** The loop that enters the chain in front of op `first`. */
  get(head: Shape['head'], first: number, resumed: boolean): Loop {
    const loops = this.#loops[head]
    const numeric = this.#isNumeric
    const at = first * 4 + (resumed ? 2 : 0) + (numeric ? 1 : 0)
    return (loops[at] ??= this.#make(head, first, resumed, numeric))
  }

  get #isNumeric(): boolean {
    for (const ctx of this.#stateful) if (typeof ctx.state !== 'number') return false
    return this.#stateful.length > 0
  }

  /** Counts items taken: a busy stage gets loops of its own. */
  count(items: number): void {
    this.#taken += items
    if (this.#isHot || this.#taken <= HOT_ITEMS) return
    this.#isHot = true
    this.#loops.window.length = 0
    this.#loops.iterator.length = 0
  }

  /** As `get`, for a few items whose terms are timed. */
  sampling(head: Shape['head'], first: number, resumed: boolean): Loop {
    return samplingLoop(this.#shape(head, first, resumed, false))
  }

  #make(head: Shape['head'], first: number, resumed: boolean, numeric: boolean): Loop {
    const shape = this.#shape(head, first, resumed, numeric)
    return this.#isHot ? ownLoop(shape, this.#functions) : sharedLoop(shape)
  }

  #shape(head: Shape['head'], first: number, resumed: boolean, numeric: boolean): Shape {
    const [start] = this.#kernels
    return {
      kinds: this.#kernels.slice(first).map(({ kind }) => kind),
      first,
      head,
      tail: this.#tail,
      timed: this.#timed,
      tagged: start?.kind === 'merge' && start.tagged,
      resumed,
      numeric,
    }
  }
}
