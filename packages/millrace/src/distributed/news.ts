/**
 * `HostNews`: what happens to a run over hosts that its user should know, found out by looking at it: hosts that come and go,
 * edges that were grown. Called by `hosts-engine.ts`.
 */

import type { EdgeStats, EngineSetup, Notice } from '@millrace/core'

/** Tells what has changed since it looked last. */
export class HostNews {
  readonly #setup: Pick<EngineSetup, 'onGrown' | 'onNotice'>
  #hosts: ReadonlySet<string> | undefined
  /** Capacity of each edge that was grown, as it was told. */
  readonly #told = new Map<string, number>()

  constructor(setup: Pick<EngineSetup, 'onGrown' | 'onNotice'>) {
    this.#setup = setup
  }

  /** Says something in one line. */
  tell(about: Notice['about'], level: Notice['level'], line: string, details: Notice['details']): void {
    this.#setup.onNotice({ about, level, line, details })
  }

  /** `stalls`: the edges that were grown; `hosts`: the names of those that are taken to be alive. */
  look(stalls: readonly EdgeStats[], hosts: readonly string[]): void {
    this.#lookAtHosts(new Set(hosts))
    for (const edge of stalls) {
      const { from, to, output, input, capacityItems } = edge
      const key = JSON.stringify([from, output, to, input])
      // the next owner of its task may have to grow it again
      if ((this.#told.get(key) ?? 0) >= capacityItems) continue
      this.#told.set(key, capacityItems)
      this.#setup.onGrown(edge)
    }
  }

  #lookAtHosts(hosts: ReadonlySet<string>): void {
    const before = this.#hosts
    if (hosts.size > 0) this.#hosts = hosts
    if (before === undefined || hosts.size === 0) return
    for (const host of hosts) {
      if (!before.has(host)) this.tell('host', 'info', `host ${host} takes part`, { host, takesPart: true })
    }
    for (const host of before) {
      if (hosts.has(host)) continue
      this.tell('host', 'info', `host ${host} takes part no longer`, { host, takesPart: false })
    }
  }
}
