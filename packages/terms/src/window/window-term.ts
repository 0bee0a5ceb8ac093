/**
 * `windowTerm`: a windower and a time make a term. Called by the terms of this folder.
 *
 * In event time the watermark follows the items alone, so the windows do too: batches, buffers and schedulers make no
 * difference. In processing time the run's clock decides, and a timer closes windows while no item comes.
 */

import { type Combiner, type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkedAggregate } from '../aggregate/checked-aggregate.ts'
import { collectOf } from '../aggregate/collect-of.ts'
import type { Aggregate } from '../aggregate/contract.ts'
import { checkWhole } from '../check.ts'
import {
  checkLate,
  checkMs,
  type GroupKey,
  keyOf,
  type LatePolicy,
  lateError,
  timeOf,
} from '../event-time/options.ts'
import { PortedTerm } from '../event-time/ports.ts'
import { runUnlessIdle } from './event-time-idle.ts'
import type { TimeWindowOptions, WindowOutput } from './options.ts'
import { runInProcessingTime } from './processing-time.ts'
import type { SliceReading } from './slice-partials.ts'
import type { Fired, Windower, WindowerOptions, WindowState } from './windower.ts'

const NOTHING: readonly never[] = []

/** Makes the combiner of windows that workers can share. */
export type CombinerOf<State> = (
  options: WindowerOptions,
  windower: Windower<State, unknown, Fired>,
  reading: SliceReading,
) => Combiner<never, WindowState<State>, Fired>

/** Checks the options that all windows share, and makes the term. */
export function windowTerm<In, Key extends GroupKey | undefined, Value, Late extends LatePolicy, State>(
  owner: string,
  options: TimeWindowOptions<In, Key, Value, Late>,
  windowerOf: (options: WindowerOptions) => Windower<State, unknown, Fired>,
  combinerOf?: CombinerOf<State>,
): KernelTerm<In, WindowOutput<In, Key, Value, Late>, WindowState<State>> {
  const { time, key, maxOpen = 100_000, outOfOrderMs = 0, allowedLatenessMs = 0 } = options
  const late: LatePolicy = options.late ?? 'fail'
  const aggregate = checkedAggregate(
    owner,
    (options.aggregate ?? collectOf<In>()) as Aggregate<unknown, unknown>,
  )
  checkWhole(`maxOpen of ${owner}()`, maxOpen, 1)
  checkMs(`outOfOrderMs of ${owner}()`, outOfOrderMs)
  checkMs(`allowedLatenessMs of ${owner}()`, allowedLatenessMs)
  checkLate(owner, late)
  if (options.idleMs !== undefined) checkMs(`idleMs of ${owner}()`, options.idleMs, Number.MIN_VALUE)
  const readKey = key === undefined ? () => undefined : keyOf(owner, key)
  const shared = { owner, aggregate, allowedLatenessMs, maxOpen }
  const windower = windowerOf(shared)
  const initialState = (): WindowState<State> => ({
    latest: Number.NEGATIVE_INFINITY,
    open: windower.init(),
  })
  type Output = WindowOutput<In, Key, Value, Late>

  if (time === undefined) {
    for (const option of ['outOfOrderMs', 'allowedLatenessMs', 'late', 'idleMs'] as const) {
      if (options[option] === undefined) continue
      throw new InvalidOptionError(
        `${option} of ${owner}()`,
        options[option],
        'left out in processing time, where no item is late; for event time, give the function time',
      )
    }
    const run = runInProcessingTime(windower, readKey)
    return kernelTerm(owner, { kind: 'stream', self: {}, run }, { initialState })
  }

  const readTime = timeOf(owner, time)
  const toPort = late === 'port'
  const outputs = toPort ? ['windows', 'late'] : undefined
  if (options.idleMs !== undefined) {
    const { idleMs } = options
    if (late === 'fail') {
      throw new InvalidOptionError(
        `late of ${owner}()`,
        options.late,
        "'drop' or 'port' with idleMs: what comes after any quiet spell within a window is late, and must not end the run",
      )
    }
    const run = runUnlessIdle(windower, { owner, readTime, readKey, outOfOrderMs, idleMs, late })
    return new PortedTerm(
      owner,
      { kind: 'stream', self: { resumable: true }, run },
      { initialState },
      outputs,
    )
  }
  const routed = (windows: Fired[]): unknown[] =>
    toPort ? windows.map((window) => ({ windows: window })) : windows
  const f = (item: In, ctx: Context<WindowState<State>, Output>): readonly unknown[] => {
    const { state } = ctx
    const at = readTime(item)
    const out: Fired[] = []
    if (at > state.latest) {
      state.latest = at
      windower.advance(state.open, at - outOfOrderMs, out)
    }
    const watermark = state.latest - outOfOrderMs
    const isTaken = windower.add(state.open, readKey(item), item, at, watermark, out)
    if (!isTaken && late === 'fail') throw lateError(owner, item, at, watermark)
    // a window is no result of the item that completes it
    for (const window of routed(out)) ctx.emit(window as Output)
    return isTaken || !toPort ? NOTHING : [{ late: item }]
  }
  const end = ({ state }: Context<WindowState<State>>): Output[] => {
    const out: Fired[] = []
    windower.advance(state.open, Number.POSITIVE_INFINITY, out)
    return routed(out) as Output[]
  }
  // a window that is given again, or an item that leaves as late, belongs to a single item
  const canShare = aggregate.mergesExactly === true && allowedLatenessMs === 0 && late !== 'port'
  const reading = { readTime, readKey, outOfOrderMs, late }
  const combiner =
    canShare && combinerOf !== undefined
      ? () =>
          combinerOf(shared, windower, reading as SliceReading) as Combiner<never, WindowState<State>, Output>
      : undefined
  return new PortedTerm<In, Output, WindowState<State>>(
    owner,
    { kind: 'expand', self: {}, f },
    { initialState, end, ...(combiner === undefined ? {} : { combiner }) },
    outputs,
  )
}
