/** `deduplicate`: the first item of each key. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { checkMs, type GroupKey, keyOf, timeOf } from '../event-time/options.ts'
import { type PassedTime, passTime } from '../steady-time.ts'

/** Options of {@link deduplicate}. */
export interface DeduplicateOptions<In> {
  /** Keys remembered at most; the one that passed longest ago is forgotten first. Default 100,000. */
  readonly maxKeys?: number
  /** A key is forgotten this long after its item passed, in ms. Default: never. */
  readonly forMs?: number
  /** The event time of an item, by which `forMs` is measured. Default: the run's clock. */
  readonly time?: (item: In) => number
}

/** The state of {@link deduplicate}. */
export interface DeduplicateState extends PassedTime {
  /** When the item of each key passed, the earliest first. */
  readonly passed: Map<GroupKey, number>
}

/**
 * Passes the first item of each key and filters out the others, as rxjs's `distinct` and Flink's deduplication do, but
 * in bounded memory.
 *
 * A key that was forgotten passes again: so duplicates are caught if fewer than `maxKeys` other keys passed in between,
 * and, with `forMs`, only for that long. A duplicate does not renew the memory of its key. Time is the latest seen; with
 * `time` the result depends on the items alone, without on the run's clock.
 *
 * Stateful: the remembered keys. Keeps the order and holds nothing back.
 *
 * @throws {InvalidOptionError} if `key` is no function, or an option is out of range; the run fails with a
 * `BadInputError` if a key is an object or a time no finite number.
 *
 * @example
 * ```ts
 * import { deduplicate, fromIterable, toArray } from 'millrace/terms'
 *
 * const events = fromIterable([{ id: 7 }, { id: 8 }, { id: 7 }, { id: 9 }])
 * console.log(await toArray(events.pipe(deduplicate((event) => event.id)))) // [ { id: 7 }, { id: 8 }, { id: 9 } ]
 * ```
 */
export function deduplicate<In>(
  key: (item: In) => GroupKey,
  options: DeduplicateOptions<In> = {},
): KernelTerm<In, In, DeduplicateState> {
  checkOptions('deduplicate', options, { maxKeys: true, forMs: true, time: true })
  const { maxKeys = 100_000, forMs, time } = options
  const read = keyOf('deduplicate', key)
  const readTime = time === undefined ? undefined : timeOf('deduplicate', time)
  checkWhole('maxKeys of deduplicate()', maxKeys, 1)
  if (forMs !== undefined) checkMs('forMs of deduplicate()', forMs, Number.MIN_VALUE)

  const f = (item: In, { state, clock }: Context<DeduplicateState>): In | undefined => {
    const { passed } = state
    if (forMs !== undefined) {
      if (readTime === undefined) passTime(state, clock)
      else state.latest = Math.max(state.latest, readTime(item))
      for (const [old, at] of passed) {
        if (state.latest - at < forMs) break
        passed.delete(old)
      }
    }
    const of = read(item)
    if (passed.has(of)) return undefined
    if (passed.size >= maxKeys) {
      const [[oldest]] = passed as unknown as [[GroupKey]]
      passed.delete(oldest)
    }
    passed.set(of, state.latest)
    return item
  }
  return kernelTerm(
    'deduplicate',
    { kind: 'apply', self: {}, f },
    { initialState: () => ({ latest: Number.NEGATIVE_INFINITY, passed: new Map() }) },
  )
}
