/**
 * `SourceFeed`: what a source yields, handed over array by array. Made by `FusedStage` for sources of batches and
 * for async sources; arrays and sync iterables of items are read by the loops themselves.
 */

import type { Kernel } from '../contracts.ts'
import { BadInputError, describe } from '../errors.ts'
import { AsyncPuller, type PullerHost } from './async-puller.ts'
import type { CleanUp } from './clean-up.ts'
import { Frame, isAsyncIterable, isIterable } from './frame.ts'

/**
 * What an opened source is read through. An array or a sync iterable of items is a frame, for loops to read by themselves.
 *
 * @throws {BadInputError} if what the source gives cannot be iterated.
 */
export function openSource(
  kernel: Extract<Kernel, { readonly kind: 'source' | 'batches' }>,
  opened: unknown,
  host: PullerHost,
): Frame | SourceFeed {
  if (kernel.kind === 'source') {
    if (Array.isArray(opened)) return Frame.window(0, 'input', opened)
    if (isIterable(opened)) return Frame.iterator(0, 'input', opened[Symbol.iterator]())
  }
  return new SourceFeed(opened, kernel.kind === 'batches', host)
}

/** Reads a source's iterable, sync or async. */
export class SourceFeed {
  readonly #batches: boolean
  #iterator: Iterator<unknown> | undefined
  readonly #puller: AsyncPuller | undefined
  /** Of a source of batches: the first and the last one in what `next` gave. */
  first: readonly unknown[] | undefined
  last: readonly unknown[] | undefined

  /** @throws {BadInputError} if `opened` cannot be iterated. */
  constructor(opened: unknown, batches: boolean, host: PullerHost) {
    this.#batches = batches
    if (isIterable(opened)) this.#iterator = opened[Symbol.iterator]()
    else if (isAsyncIterable(opened)) this.#puller = new AsyncPuller(opened[Symbol.asyncIterator](), host)
    else
      throw new BadInputError(
        `A source must give an iterable or an async iterable, but gave ${describe(opened)}.`,
      )
  }

  /** Whether more may come although `next` has nothing now. */
  get isPending(): boolean {
    return this.#puller !== undefined && !this.#puller.isEnded
  }

  /** Whether the source is at work now. */
  get isBusy(): boolean {
    return this.#puller?.isBusy === true
  }

  /** The next items; `undefined` if there are none now, or ever: see `isPending`. */
  next(): readonly unknown[] | undefined {
    if (this.#puller !== undefined) {
      const gathered = this.#puller.take()
      if (gathered === undefined || !this.#batches) return gathered
      this.first = checked(gathered[0])
      this.last = checked(gathered[gathered.length - 1])
      return gathered.length === 1 ? this.last : gathered.flatMap(checked)
    }
    try {
      const step = this.#iterator?.next()
      if (step === undefined || step.done === true) return undefined
      this.first = checked(step.value)
      this.last = this.first
      return this.last
    } catch (error) {
      this.#iterator = undefined // it has failed, so it must not be told to return
      throw error
    }
  }

  /** Lets the iterator go. */
  close(cleanUp: CleanUp): void {
    cleanUp.letGo(this.#iterator, undefined)
    this.#iterator = undefined
    this.#puller?.close(cleanUp)
  }
}

function checked(batch: unknown): unknown[] {
  if (Array.isArray(batch)) return batch
  throw new BadInputError(`A batch source must yield arrays of items, but yielded ${describe(batch)}.`)
}
