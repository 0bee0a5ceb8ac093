/**
 * `HostEvents`: what happens to a distributed run that its user should know, found out by looking at it: hosts that come and
 * go, edges that were grown, terms that fail on too many items. Called by `distributed.ts`.
 */

import { type EdgeStats, type FailureRateOptions, FailureWatch, type Stats } from '@millrace/core'
import { lineOfStall } from '../report/events.ts'
import { lineOfRate } from '../report/failures.ts'
import type { Log } from '../report/log.ts'

/** Tells what has changed since it looked last. */
export class HostEvents {
  readonly #log: Log
  readonly #watch: FailureWatch
  #hosts: ReadonlySet<string> | undefined
  /** Capacity of each edge that was grown, as it was told. */
  readonly #told = new Map<string, number>()

  constructor(log: Log, failureRate: FailureRateOptions | undefined) {
    this.#log = log
    this.#watch = new FailureWatch(failureRate)
  }

  /**
   * `stalls`: the edges that were grown; `hosts`: the names of those that are taken to be alive, `undefined` where they are no
   * news.
   */
  look(stats: Stats, stalls: readonly EdgeStats[], hosts: readonly string[] | undefined): void {
    if (hosts !== undefined) this.#lookAtHosts(new Set(hosts))
    for (const rate of this.#watch.look(stats)) {
      const level = rate.level === 'ok' ? 'info' : 'warn'
      this.#log(level, lineOfRate(rate), { event: 'failureRate', ...rate, level: undefined })
    }
    for (const edge of stalls) {
      const { from, to, output, input, capacityItems } = edge
      const key = JSON.stringify([from, output, to, input])
      // the next owner of its task may have to grow it again
      if ((this.#told.get(key) ?? 0) >= capacityItems) continue
      this.#told.set(key, capacityItems)
      this.#log('warn', lineOfStall(edge), { event: 'stall', from, to, capacityItems })
    }
  }

  #lookAtHosts(hosts: ReadonlySet<string>): void {
    const before = this.#hosts
    if (hosts.size > 0) this.#hosts = hosts
    if (before === undefined || hosts.size === 0) return
    for (const host of hosts) {
      if (!before.has(host))
        this.#log('info', `host ${host} takes part`, { event: 'host', host, takesPart: true })
    }
    for (const host of before) {
      if (hosts.has(host)) continue
      this.#log('info', `host ${host} takes part no longer`, { event: 'host', host, takesPart: false })
    }
  }
}
