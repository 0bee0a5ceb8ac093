/**
 * `runInProcessingTime`: the loop of a window term that goes by the run's clock. Called by `window-term.ts`.
 *
 * Its time is the wall clock's when the run begins, and goes on with the monotonic clock: all windows last what they say.
 */

import type { Clock, StreamContext, View } from '@millrace/core'
import { steadyTime } from '../steady-time.ts'
import type { Fired, Windower, WindowState } from './windower.ts'

/** What a wait ended with: the timer, or an item (`undefined` at the end of the stream). */
type Woken<In> = 'timer' | { readonly item: In | undefined }

/** A loop that waits for the next item or the next end of a window, whichever is first. */
export function runInProcessingTime<In, State>(
  windower: Windower<State, unknown, Fired>,
  keyOf: (item: In) => unknown,
): (view: View<In>, ctx: StreamContext<WindowState<State>, unknown>) => Promise<void> {
  return async (view, ctx) => {
    const { clock, state } = ctx
    // of a run that was resumed: a clock that was set back must not open windows that were given
    const now = steadyTime(clock, Math.max(state.latest, clock.now()))
    const give = async (at: number): Promise<void> => {
      const out: Fired[] = []
      state.latest = at
      windower.advance(state.open, state.latest, out)
      for (const window of out) await ctx.emit(window)
    }
    let reading = read(view)
    for (;;) {
      const woken = await firstOf(reading, ctx, windower.nextAt(state.open) - now())
      await give(now())
      if (woken === 'timer') continue
      if (woken.item === undefined) break
      windower.add(state.open, keyOf(woken.item), woken.item, state.latest, state.latest, [])
      reading = read(view)
    }
    await give(Number.POSITIVE_INFINITY)
  }
}

async function read<In>(view: View<In>): Promise<{ readonly item: In | undefined }> {
  return { item: await view.next() }
}

/** Leaves no timer behind, whichever comes first. */
async function firstOf<In>(
  reading: Promise<Woken<In>>,
  { clock, hold }: { readonly clock: Clock; readonly hold: () => () => void },
  leftMs: number,
): Promise<Woken<In>> {
  if (leftMs === Number.POSITIVE_INFINITY) return reading
  let cancel = (): void => {}
  const release = hold()
  const timer = new Promise<'timer'>((resolve) => {
    cancel = clock.after(Math.max(0, leftMs), () => resolve('timer'))
  })
  try {
    return await Promise.race([reading, timer])
  } finally {
    cancel()
    release()
  }
}
