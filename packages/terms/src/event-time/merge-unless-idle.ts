/**
 * `mergeUnlessIdle`: as `readByTime`, but an input that has given nothing for a while is not waited for until it gives
 * something again. Called by `mergeByTime` with `idleMs`. Which input idles is a matter of the clock, and so is the order.
 */

import type { StreamContext, View } from '@millrace/core'
import { IdleWatch } from './idle-watch.ts'
import type { Head, ReadState } from './read-by-time.ts'

/** An input that has not ended. */
interface Input {
  readonly view: View<unknown>
  readonly watch: IdleWatch
  isAsked: boolean
  isIdle: boolean
}

/** Emits the items of all inputs; of equal times, those of the input named first in `names` come first. */
export async function mergeUnlessIdle<Out>(
  views: Readonly<Record<string, View<unknown>>>,
  names: readonly string[],
  timeOf: (input: string, item: unknown) => number,
  ctx: StreamContext<ReadState, Out>,
  idleMs: number,
): Promise<void> {
  const { heads } = ctx.state
  const inputs = new Map<string, Input>()
  let failure: { readonly error: unknown } | undefined
  let wake: () => void = () => {}
  let isNews = false
  const tell = (): void => {
    isNews = true
    wake()
  }
  for (const name of names) {
    const onIdle = (): void => {
      const input = inputs.get(name)
      if (input !== undefined) input.isIdle = true
      tell()
    }
    const watch = new IdleWatch(ctx.clock, idleMs, onIdle)
    inputs.set(name, { view: views[name] as View<unknown>, watch, isAsked: false, isIdle: false })
  }
  /** What has come goes into the state at once: a checkpoint may be taken at any time. */
  const take = (name: string, input: Input, item: unknown): void => {
    input.isAsked = false
    input.isIdle = false
    input.watch.end()
    if (item === undefined) {
      inputs.delete(name)
      heads.delete(name)
    } else {
      const at = timeOf(name, item)
      const before = heads.get(name)?.latest ?? Number.NEGATIVE_INFINITY
      heads.set(name, { input: name, item, at, latest: Math.max(before, at), isTaken: false })
    }
  }
  const ask = (name: string, input: Input): void => {
    input.isAsked = true
    input.watch.begin()
    input.view
      .next()
      .then((item) => take(name, input, item))
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(tell)
  }
  const isOpen = (name: string): boolean => {
    const head = heads.get(name)
    return head !== undefined && !head.isTaken
  }
  try {
    for (;;) {
      isNews = false
      if (failure !== undefined) throw failure.error
      for (const [name, input] of inputs) if (!isOpen(name) && !input.isAsked) ask(name, input)
      const first = firstOf(names, heads)
      // what comes next of an input is no earlier than what it gave last
      const isFirst = (before: number): boolean =>
        [...inputs].every(
          ([name, { isIdle }]) =>
            isOpen(name) || isIdle || (heads.get(name)?.latest ?? Number.NEGATIVE_INFINITY) > before,
        )
      if (first !== undefined && isFirst(first.latest)) {
        first.isTaken = true // before it is given: both at one instant
        await ctx.emit(first.item as Out)
      } else if (inputs.size === 0) return
      else if (!isNews) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    for (const { watch } of inputs.values()) watch.end()
  }
}

function firstOf(names: readonly string[], heads: ReadonlyMap<string, Head>): Head | undefined {
  let first: Head | undefined
  for (const name of names) {
    const head = heads.get(name)
    if (head?.isTaken === false && (first === undefined || head.latest < first.latest)) first = head
  }
  return first
}
