/**
 * `runUnlessIdle`: the loop of a window term in event time that gives what is open once no item has come for a while. Called
 * by `window-term.ts`. All it knows is in the state, outputs that have not left yet among it: it can be saved at any time.
 */

import type { StreamContext, View } from '@millrace/core'
import { IdleWatch } from '../event-time/idle-watch.ts'
import { type LatePolicy, lateError } from '../event-time/options.ts'
import type { Fired, Windower, WindowState } from './windower.ts'

/** What the loop is told. */
export interface IdleOptions<In> {
  readonly owner: string
  readonly readTime: (item: In) => number
  readonly readKey: (item: In) => unknown
  readonly outOfOrderMs: number
  readonly idleMs: number
  readonly late: LatePolicy
}

/** What the wait for an item ended with; `undefined` at the end of the stream. */
type Woken<In> = 'idle' | { readonly item: In | undefined }

/** A loop that waits for the next item, or until none has come for `idleMs`. */
export function runUnlessIdle<In, State>(
  windower: Windower<State, unknown, Fired>,
  { owner, readTime, readKey, outOfOrderMs, idleMs, late }: IdleOptions<In>,
): (view: View<In>, ctx: StreamContext<WindowState<State>, unknown>) => Promise<void> {
  const toPort = late === 'port'
  return async (view, ctx) => {
    const { state, clock } = ctx
    state.ready ??= []
    const { ready } = state
    const watermark = (): number =>
      Math.max(state.latest - outOfOrderMs, state.floor ?? Number.NEGATIVE_INFINITY)
    const put = (windows: readonly Fired[]): void => {
      for (const window of windows) ready.push(toPort ? { windows: window } : window)
    }
    const advance = (to: number): void => {
      const out: Fired[] = []
      windower.advance(state.open, to, out)
      put(out)
    }
    const take = (item: In): void => {
      const at = readTime(item)
      if (at > state.latest) {
        state.latest = at
        advance(watermark())
      }
      const out: Fired[] = []
      const isTaken = windower.add(state.open, readKey(item), item, at, watermark(), out)
      put(out)
      if (isTaken) return
      if (late === 'fail') throw lateError(owner, item, at, watermark())
      if (toPort) ready.push({ late: item })
    }
    const giveUpTo = (end: number): void => {
      if (end <= watermark()) return
      state.floor = end
      advance(end)
    }
    const give = async (): Promise<void> => {
      while (ready.length > 0) await ctx.emit(ready.shift())
    }

    let wake: (woken: Woken<In>) => void = () => {}
    const watch = new IdleWatch(clock, idleMs, () => wake('idle'))
    try {
      await give()
      let request = view.next()
      watch.begin()
      for (;;) {
        const woken = await new Promise<Woken<In>>((resolve, reject) => {
          wake = resolve
          request.then((item) => resolve({ item }), reject)
        })
        if (woken === 'idle') giveUpTo(windower.lastEnd(state.open))
        else if (woken.item === undefined) break
        else {
          watch.begin()
          take(woken.item)
        }
        await give()
        if (woken !== 'idle') request = view.next()
      }
      advance(Number.POSITIVE_INFINITY)
      await give()
    } finally {
      watch.end()
    }
  }
}
