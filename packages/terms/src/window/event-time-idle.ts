/**
 * `runUnlessIdle`: the loop of a window term in event time that gives what is open once no item has come for a while. Called
 * by `window-term.ts`. All it knows is in the state, outputs that have not left yet among it: it can be saved at any time.
 */

import type { StreamContext, View } from '@millrace/core'
import { IdleWatch, leftMs } from '../event-time/idle-watch.ts'
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
    const { state } = ctx
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

    let request: Promise<In | undefined>
    let isWaiting = false
    let wake: (woken: Woken<In>) => void = () => {}
    const watch = new IdleWatch(ctx, () => {
      if (!isWaiting) return // for room: the watch is set once an item is waited for
      const ms = leftMs(view, idleMs)
      if (ms > 0) watch.lookIn(ms)
      else wake('idle')
    })
    const wait = async (): Promise<Woken<In>> => {
      isWaiting = true
      const woken = await new Promise<Woken<In>>((resolve, reject) => {
        wake = resolve
        request.then((item) => resolve({ item }), reject)
      })
      isWaiting = false
      return woken
    }
    try {
      await give()
      for (;;) {
        const isThere = view.peek() !== undefined
        request = view.next()
        if (!isThere) watch.lookIn(idleMs)
        let woken: Woken<In> = isThere ? { item: await request } : await wait()
        while (woken === 'idle') {
          giveUpTo(windower.lastEnd(state.open))
          await give()
          woken = await wait()
        }
        if (woken.item === undefined) break
        take(woken.item)
        await give()
      }
      advance(Number.POSITIVE_INFINITY)
      await give()
    } finally {
      watch.end()
    }
  }
}
