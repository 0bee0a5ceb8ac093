/** `Spawner`: the copies of one run of `spawnBy`, and who gets which item. Made by `SpawnBy`. Internal. */

import type { StreamContext } from '@millrace/core'
import { BadInputError, describe, isTerm, NotATermError, type Term, type View } from '@millrace/core'
import { Copy } from './copy.ts'

/** What `spawnBy` was told, with defaults filled in. */
export interface SpawnPlan<In, Key, Out> {
  readonly keyOf: (item: In) => Key
  readonly spawn: (key: Key) => Term<In, Out>
  readonly maxKeys: number
  readonly whenFull: 'fail' | 'evict'
  readonly idleMs: number | undefined
  readonly isLast: ((item: In) => boolean) | undefined
  readonly capacityItems: number
}

/** Looks at busy copies: one each turn of the event loop at first, then one each so many ms. */
const QUICK_LOOKS = 16
const LOOK_MS = 2

/** Spawns copies, feeds them, and ends them. */
export class Spawner<In, Key, Out> {
  readonly #plan: SpawnPlan<In, Key, Out>
  readonly #ctx: StreamContext<unknown, Out>
  /** The copies that take items, the one used longest ago first. */
  readonly #copies = new Map<Key, Copy<In, Out>>()
  /** The copies that finish; an item of the same key waits for that. */
  readonly #ending = new Map<Key, Copy<In, Out>>()
  /** The copies that were fed since all had last come to rest. */
  readonly #busy = new Set<Copy<In, Out>>()
  readonly #failed: Promise<never>
  #fail: (error: unknown) => void = () => undefined
  /** One emit at a time: resolves when the last has been taken. */
  #emitted: Promise<void> = Promise.resolve()
  #cancelSweep: (() => void) | undefined
  /** The engine has been told that copies are busy. */
  #isHeld = false
  #isOver = false

  constructor(plan: SpawnPlan<In, Key, Out>, ctx: StreamContext<unknown, Out>) {
    this.#plan = plan
    this.#ctx = ctx
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failed.catch(() => undefined)
  }

  /** Reads `view` to its end and lets all copies finish; leaves none behind, whatever happens. */
  async run(view: View<In>): Promise<void> {
    const { signal } = this.#ctx
    const onAbort = (): void => this.#cancelAll(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const work = this.#feed(view)
      work.catch(() => undefined) // a failure that comes after another changes nothing
      await Promise.race([work, this.#failed])
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#cancelSweep?.()
      this.#isOver = true
      const left = [...this.#copies.values(), ...this.#ending.values()]
      this.#cancelAll('the term that spawned it has ended')
      await Promise.all(left.map((copy) => copy.over))
    }
  }

  async #feed(view: View<In>): Promise<void> {
    for (let item = await this.#next(view); item !== undefined; item = await this.#next(view)) {
      const key = this.#plan.keyOf(item)
      for (let wait = this.#makeReady(key); wait !== undefined; wait = this.#makeReady(key)) await wait
      const copy = this.#copies.get(key) as Copy<In, Out>
      // the order of the map is the order of use
      this.#copies.delete(key)
      this.#copies.set(key, copy)
      copy.usedAt = this.#ctx.clock.monotonic()
      this.#busy.add(copy)
      this.#armSweep()
      const room = copy.offer(item)
      if (this.#plan.isLast?.(item) === true) this.#end(key, copy)
      if (room !== undefined) await room
    }
    const all = [...this.#copies, ...this.#ending]
    for (const [key, copy] of this.#copies) this.#end(key, copy)
    await Promise.all(all.map(([, copy]) => copy.done))
  }

  #next(view: View<In>): Promise<In | undefined> {
    void this.#holdWhileBusy()
    return view.next()
  }

  /**
   * A term that waits for its input looks idle to the engine, which ends a feedback loop whose terms are all idle: while a
   * copy has something under way the term says that it waits for something else, too.
   */
  async #holdWhileBusy(): Promise<void> {
    if (this.#isHeld || this.#busy.size === 0) return
    this.#isHeld = true
    const release = this.#ctx.hold()
    for (let looks = 0; !this.#isOver; looks++) {
      for (const copy of this.#busy) if (copy.isQuiet) this.#busy.delete(copy)
      if (this.#busy.size === 0) break
      await new Promise<void>((resolve) => {
        if (looks < QUICK_LOOKS) setImmediate(resolve)
        else setTimeout(resolve, LOOK_MS).unref()
      })
    }
    this.#isHeld = false
    release()
  }

  /** Sees to it that there is a copy for `key`; a promise if something must end first: call again then. */
  #makeReady(key: Key): Promise<unknown> | undefined {
    if (this.#copies.has(key)) return undefined
    const before = this.#ending.get(key)
    if (before !== undefined) return before.over
    const { maxKeys, whenFull } = this.#plan
    if (this.#copies.size + this.#ending.size < maxKeys) {
      this.#copies.set(key, this.#spawn(key))
      return undefined
    }
    if (this.#ending.size === 0) {
      if (whenFull === 'fail') throw full(maxKeys, key)
      const [oldest] = this.#copies
      if (oldest !== undefined) this.#end(...oldest)
    }
    return Promise.race(Array.from(this.#ending.values(), (copy) => copy.over))
  }

  #spawn(key: Key): Copy<In, Out> {
    const term: unknown = this.#plan.spawn(key)
    if (!isTerm(term)) throw new NotATermError(term, 'spawnBy()')
    const { capacityItems } = this.#plan
    const copy = new Copy(term as Term<In, Out>, capacityItems, this.#ctx.clock, (item) => this.#give(item))
    copy.done.catch(this.#fail)
    return copy
  }

  /** Emits after what was given before. */
  #give(item: Out): Promise<void> {
    const given = this.#emitted.then(() => this.#ctx.emit(item))
    this.#emitted = given.catch(() => undefined)
    return given
  }

  #end(key: Key, copy: Copy<In, Out>): void {
    this.#copies.delete(key)
    this.#ending.set(key, copy)
    copy.close()
    copy.over.then(() => {
      this.#ending.delete(key)
      this.#busy.delete(copy)
    })
  }

  /** Sets the timer for the copy used longest ago, unless one is set. */
  #armSweep(): void {
    const { idleMs } = this.#plan
    const [oldest] = this.#copies.values()
    if (idleMs === undefined || oldest === undefined || this.#cancelSweep !== undefined) return
    const { clock } = this.#ctx
    this.#cancelSweep = clock.after(Math.max(0, oldest.usedAt + idleMs - clock.monotonic()), () => {
      this.#cancelSweep = undefined
      const idleSince = clock.monotonic() - idleMs
      for (const [key, copy] of [...this.#copies]) {
        if (copy.usedAt > idleSince) break
        this.#end(key, copy)
      }
      this.#armSweep()
    })
  }

  #cancelAll(reason: unknown): void {
    for (const copy of [...this.#copies.values(), ...this.#ending.values()]) void copy.cancel(reason)
  }
}

function full(maxKeys: number, key: unknown): BadInputError {
  return new BadInputError(
    `spawnBy() has ${maxKeys} copies at work, and ${describe(key)} is another key. Raise maxKeys, end copies with ` +
      'idleMs or isLast, or let the one used longest ago end with whenFull: "evict".',
  )
}
