/** `mergeByTime`: several streams become one, in the order of their times. */

import { InvalidOptionError, KernelTerm, type StreamContext, type View } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { mergeUnlessIdle } from './merge-unless-idle.ts'
import { checkMs, timeOf } from './options.ts'
import { type ReadState, readByTime } from './read-by-time.ts'

/** What the streams of a row hold, all together. */
export type MergedItem<Row> = Row extends readonly (infer Item)[] ? Item : Row[keyof Row]

/** Options of {@link mergeByTime}. */
export interface MergeByTimeOptions {
  /**
   * An input that has given an item, and then nothing for this long, in ms of the run's clock, holds back the others no longer, until
   * it gives something again. Time in which the run is paused or held for a checkpoint does not count. Default: it holds them back.
   */
  readonly idleMs?: number
  /**
   * With `idleMs`: the same for an input that has given nothing yet since the run began or was resumed. It may not be connected
   * yet, and all it has to give would then be late. Default: it holds back the others for good, until it gives something or ends.
   */
  readonly startMs?: number
}

/**
 * Joins all its input streams into one, by the times of their items; of equal times, the input that was named first
 * comes first. Unlike `merge`, it gives the same sequence under every scheduler. Pekko's `mergeSorted`.
 *
 * If every input is sorted, the output is; an item behind the latest of its own input keeps its place behind it, so the
 * output is as far out of order as the worst input (see `sortByTime`). An input that idles holds back the others, since
 * its next item may be the earliest. With `idleMs` it does so for that long only, until it gives something again: what it
 * gives then may be earlier than what has left, and leaves at once; terms behind, windows say, count it as late. An input
 * that has given nothing since the run began or was resumed is waited for, however long that takes, unless `startMs` says
 * otherwise. Which input idles is a matter of the run's clock, and so is the order then. It ends when all inputs have ended.
 *
 * Under `--strategy distributed` inputs with sources of their own are read by tasks of their own, so that hosts read and
 * parse files side by side; the watermark is still the least of all inputs. An input whose host has died is quiet until
 * another host has taken it over: `idleMs` must be longer than that takes, or what it gives then is late.
 *
 * State: the next item of each input. Reads each input no further than that; a full output holds back all of them.
 *
 * @throws {InvalidOptionError} if `time` is no function, or is declared async, or `idleMs` or `startMs` is no time; the run fails with a `BadInputError` if
 * it gives no finite number.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, mergeByTime, toArray } from 'millrace/terms'
 *
 * const both = parallel({ a: fromIterable([1, 4, 5]), b: fromIterable([2, 3, 9]) })
 * console.log(await toArray(both.pipe(mergeByTime((at) => at)))) // [ 1, 2, 3, 4, 5, 9 ]
 * ```
 */
export function mergeByTime<Row extends object>(
  time: (item: MergedItem<Row>) => number,
  options: MergeByTimeOptions = {},
): KernelTerm<Row, MergedItem<Row>, ReadState> {
  checkOptions('mergeByTime', options, { idleMs: true, startMs: true })
  const { idleMs, startMs } = options
  if (idleMs !== undefined) checkMs('idleMs of mergeByTime()', idleMs, Number.MIN_VALUE)
  if (startMs !== undefined) checkMs('startMs of mergeByTime()', startMs, Number.MIN_VALUE)
  if (startMs !== undefined && idleMs === undefined) {
    throw new InvalidOptionError('startMs of mergeByTime()', startMs, 'left out without idleMs')
  }
  const read = timeOf('mergeByTime', time)
  type Item = MergedItem<Row>
  const timed = (_: string, item: unknown): number => read(item as Item)
  const run = (
    views: Readonly<Record<string, View<unknown>>>,
    ctx: StreamContext<ReadState, Item>,
  ): Promise<void> =>
    idleMs === undefined
      ? readByTime(views, Object.keys(views), timed, ctx, ({ item }) => [item as Item])
      : mergeUnlessIdle(views, Object.keys(views), timed, ctx, {
          idleMs,
          startMs: startMs ?? Number.POSITIVE_INFINITY,
        })
  return new Gathering<Row, MergedItem<Row>, ReadState>(
    'mergeByTime',
    { kind: 'stream', self: { resumable: true }, run },
    { initialState: (): ReadState => ({ heads: new Map() }) },
  )
}

/** Over many hosts each input may be read elsewhere: its watermark comes with its items. */
class Gathering<in In, out Out, State> extends KernelTerm<In, Out, State> {
  override readonly gathers = true
}
