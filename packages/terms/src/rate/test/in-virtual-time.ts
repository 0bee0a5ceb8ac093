/** How the timed terms are tested: items are sent at given times on a virtual clock; what leaves is noted with its time. */

import { run, type Term } from '@millrace/core'
import { SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { map } from '../../index.ts'

/** An item and when it came, in ms. */
export type At<Item> = readonly [ms: number, item: Item]

/**
 * Sends `items` through `term`, ends the stream at `endMs`, and resolves to what left, and when. The wall clock is set by
 * `jumpMs` after each item; times are on the monotonic one.
 */
export async function inVirtualTime<In, Out>(
  term: Term<In, Out>,
  items: readonly At<In>[],
  endMs: number,
  jumpMs = 0,
): Promise<At<Out>[]> {
  const clock = new VirtualClock()
  const source = new SourceProbe<In>()
  const seen: At<Out>[] = []
  const note = map((item: Out) => void seen.push([clock.monotonic(), item]))
  const { done } = run(source.pipe(term as never, note as never) as Term<never, never>, { clock })
  await settle()
  for (const [ms, item] of items) {
    await clock.advance(ms - clock.monotonic())
    source.send(item)
    await settle()
    clock.jump(jumpMs)
  }
  await clock.advance(endMs - clock.monotonic())
  source.end()
  await clock.advance(1_000_000)
  await done
  if (clock.pending > 0) throw new Error(`${clock.pending} timers were left behind`)
  return seen
}
