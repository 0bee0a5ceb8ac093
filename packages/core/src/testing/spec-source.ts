/** The sources of `GraphSpec`: the same items, given in every form that the engine reads. Called by `leafOf`. */

import type { Context } from '../contracts.ts'
import { kernelTerm, type Leaf } from '../term/leaf.ts'
import { BatchSourceTerm, SourceTerm } from '../term/source-term.ts'
import type { Op } from './spec.ts'

type AnyLeaf = Leaf<never, unknown>

/** Makes the leaf of a source node. */
export function sourceLeaf({ count, start, form }: Extract<Op, { readonly kind: 'source' }>): AnyLeaf {
  const items = Array.from({ length: count }, (_, i) => start + i)
  switch (form) {
    case 'array':
      return plain(() => items)
    case 'generator':
      return plain(() => withGaps(items))
    case 'asyncGenerator':
      return plain(() => asynchronous(items, 97))
    case 'slowGenerator':
      return plain(() => asynchronous(items, count > 100 ? 25 : 2))
    case 'batches':
      return new Batches(() => inBatches(items)).replays()
    case 'asyncBatches':
      return new Batches(() => asynchronous([...inBatches(items)], 3)).replays()
    case 'enterAndEnd':
      return new EnterAndEnd(items).replays()
    case 'class':
      return new ByHand(items).replays()
  }
}

function plain(f: () => unknown): AnyLeaf {
  return kernelTerm<never, unknown>('source', { kind: 'source', self: {}, f }).replays()
}

/** `undefined` is no item: it is passed over. */
function* withGaps(items: readonly number[]): Generator<number | undefined> {
  for (const item of items) {
    if (item % 5 === 0) yield undefined
    yield item
  }
}

/** Each so many items come in a later turn of the event loop. */
async function* asynchronous<T>(items: readonly T[], restEvery: number): AsyncGenerator<T> {
  for (const [i, item] of items.entries()) {
    if (i % restEvery === restEvery - 1) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
    }
    yield item
  }
}

/** Batches of 0, 1, 2, … items. */
function* inBatches(items: readonly number[]): Generator<readonly number[]> {
  for (let at = 0, size = 0; at < items.length; at += size, size = (size + 1) % 50) {
    yield items.slice(at, at + size)
  }
}

class Batches extends BatchSourceTerm<number> {
  readonly #make: () => Iterable<readonly number[]> | AsyncIterable<readonly number[]>

  constructor(make: () => Iterable<readonly number[]> | AsyncIterable<readonly number[]>) {
    super()
    this.#make = make
  }

  override batches(): Iterable<readonly number[]> | AsyncIterable<readonly number[]> {
    return this.#make()
  }
}

/** Gives its first item in `enter` and its last in `end`. */
class EnterAndEnd extends SourceTerm<number> {
  readonly #items: readonly number[]

  constructor(items: readonly number[]) {
    super()
    this.#items = items
  }

  override enter(ctx: Context<unknown, number>): void {
    for (const item of this.#items.slice(0, 1)) ctx.emit(item)
  }

  override generate(): readonly number[] {
    return this.#items.slice(1, -1)
  }

  override end(): readonly number[] {
    return this.#items.slice(Math.max(1, this.#items.length - 1))
  }
}

/** An iterator without generator. */
class ByHand extends SourceTerm<number> {
  readonly #items: readonly number[]

  constructor(items: readonly number[]) {
    super()
    this.#items = items
  }

  override generate(): Iterable<number> {
    let at = 0
    const next = (): IteratorResult<number> => {
      const item = this.#items[at++]
      return item === undefined ? { done: true, value: undefined } : { done: false, value: item }
    }
    return { [Symbol.iterator]: () => ({ next }) }
  }
}
