/**
 * `mergeUnlessIdle`: as `readByTime`, but an input that has given nothing for a while is not waited for until it gives
 * something again. Called by `mergeByTime` with `idleMs`. Which input idles is a matter of the clock, and so is the order.
 */

import type { StreamContext, View } from '@millrace/core'
import { IdleWatch, leftMs } from './idle-watch.ts'
import type { Head, ReadState } from './read-by-time.ts'

/** How long an input that gives nothing is waited for, in ms. */
export interface IdleLimits {
  readonly idleMs: number
  /** The same before its first item in this run. */
  readonly startMs: number
}

/** An input that has not ended. */
interface Input {
  readonly name: string
  readonly view: View<unknown>
  /** Its next item is waited for; it has no other then. */
  isAsked: boolean
  /** Since this run began or was resumed. An input that has not may not be connected yet. */
  hasGiven: boolean
  isIdle: boolean
}

/** The earliest item at hand, and the inputs that may have an earlier one yet. */
interface Next {
  readonly first: Head | undefined
  readonly blockers: readonly Input[]
}

const NOBODY: readonly Input[] = []

/** Emits the items of all inputs; of equal times, those of the input named first in `names` come first. */
export async function mergeUnlessIdle<Out>(
  views: Readonly<Record<string, View<unknown>>>,
  names: readonly string[],
  timeOf: (input: string, item: unknown) => number,
  ctx: StreamContext<ReadState, Out>,
  { idleMs, startMs }: IdleLimits,
): Promise<void> {
  const { heads } = ctx.state
  /** In the order of `names`. */
  const inputs = new Map<string, Input>()
  let failure: { readonly error: unknown } | undefined
  let isNews = false
  let wake: () => void = () => {}
  const tell = (): void => {
    isNews = true
    wake()
  }
  for (const name of names) {
    const view = views[name] as View<unknown>
    inputs.set(name, { name, view, isAsked: false, hasGiven: false, isIdle: false })
  }
  /** What has come goes into the state at once: a checkpoint may be taken at any time. */
  const take = (input: Input, item: unknown): void => {
    const { name } = input
    input.isAsked = false
    input.isIdle = false
    input.hasGiven = true
    if (item === undefined) {
      inputs.delete(name)
      heads.delete(name)
    } else {
      const at = timeOf(name, item)
      heads.set(name, { input: name, item, at, latest: Math.max(latestOf(name), at), isTaken: false })
    }
  }
  const latestOf = (name: string): number => heads.get(name)?.latest ?? Number.NEGATIVE_INFINITY
  const isOpen = (name: string): boolean => heads.get(name)?.isTaken === false
  const fail = (error: unknown): void => {
    failure ??= { error }
    tell()
  }
  const ask = (input: Input): void => {
    input.isAsked = true
    input.view.next().then((item) => {
      try {
        take(input, item)
        tell()
      } catch (error) {
        fail(error)
      }
    }, fail)
  }
  const next = (): Next => {
    let first: Head | undefined
    let blockers: Input[] | undefined
    for (const name of inputs.keys()) {
      const head = heads.get(name)
      if (head?.isTaken === false && (first === undefined || head.latest < first.latest)) first = head
    }
    if (first === undefined) return { first, blockers: NOBODY }
    for (const input of inputs.values()) {
      // what comes next of an input is no earlier than what it gave last
      if (isOpen(input.name) || isIdle(input) || latestOf(input.name) > first.latest) continue
      blockers ??= []
      blockers.push(input)
    }
    return { first, blockers: blockers ?? NOBODY }
  }
  const leftOf = ({ view, hasGiven }: Input): number => leftMs(view, hasGiven ? idleMs : startMs)
  /** Once the run has been paused it is waited for again. */
  const isIdle = (input: Input): boolean => {
    if (input.isIdle && leftOf(input) > 0) input.isIdle = false
    return input.isIdle
  }
  /** Looks again when the last of those that are waited for may be idle. */
  const watch = new IdleWatch(ctx, () => {
    for (const input of next().blockers) {
      if (input.isAsked && leftOf(input) <= 0) input.isIdle = true
    }
    tell()
  })
  try {
    for (const input of inputs.values()) if (!isOpen(input.name)) ask(input)
    for (;;) {
      isNews = false
      if (failure !== undefined) throw failure.error
      const { first, blockers } = next()
      if (first !== undefined && blockers.length === 0) {
        first.isTaken = true // before it is given: both at one instant
        await ctx.emit(first.item as Out)
        const input = inputs.get(first.input)
        if (input === undefined) continue
        if (input.view.peek() === undefined) ask(input)
        else take(input, await input.view.next())
      } else if (inputs.size === 0) return
      else if (!isNews) {
        const ms = Math.max(0, ...blockers.map(leftOf))
        if (blockers.length > 0 && ms < Number.POSITIVE_INFINITY) watch.lookIn(ms)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    watch.end()
  }
}
