/**
 * `ConcurrentStage`: one async term with several calls under way. Results leave in input order, or as they come.
 *
 * A call is begun only if there is room for its result, so neither calls nor results pile up.
 */

import { performance } from 'node:perf_hooks'
import type { Kernel } from '../contracts.ts'
import { Stage } from './stage.ts'

interface Call {
  readonly time: number
  settled: boolean
  value: unknown
}

/** Runs a `concurrent` kernel. */
export class ConcurrentStage extends Stage {
  readonly #kernel = this.plan.kernels[0] as Extract<Kernel, { kind: 'concurrent' }>
  /** Begun and not yet sent, oldest first. */
  readonly #calls: Call[] = []
  #underWay = 0
  #ending = false

  override start(): void {
    const [ctx] = this.contexts
    const seeds = ctx?.pending ?? null
    if (ctx !== undefined && seeds !== null) {
      ctx.pending = null
      this.#born(seeds)
    }
    this.wake()
  }

  override get isWaiting(): boolean {
    return super.isWaiting || (!this.isDone && this.#underWay > 0)
  }

  override activate(): void {
    const begun = performance.now()
    this.activations++
    this.#send()
    const free = Math.min(this.#kernel.concurrency, this.outlet.room()) - this.#calls.length
    const window = free > 0 && !this.#ending ? this.inlet.next(free) : undefined
    if (window !== undefined) {
      const { items, at, to, times } = window
      for (let i = at; i < to; i++) this.#call(items[i], times?.[i] ?? Number.NaN)
      this.inlet.consume(to - at)
      this.wake()
    } else if (this.inlet.isDone && this.#calls.length === 0) this.#end()
    this.busyMs += performance.now() - begun
  }

  #call(item: unknown, time: number): void {
    const [ctx] = this.contexts
    const [record] = this.records
    if (ctx === undefined || record === undefined) return
    const call: Call = { time, settled: false, value: undefined }
    record.in++
    this.#calls.push(call)
    this.#underWay++
    ctx.at = time
    let result: unknown
    try {
      result = (this.#kernel.f as (item: unknown, ctx: unknown) => unknown).call(this.#kernel.self, item, ctx)
    } catch (error) {
      this.failed(error, 'item', 0, item)
      return
    }
    Promise.resolve(result).then(
      (value) => {
        this.#underWay--
        call.settled = true
        call.value = value
        this.wake()
      },
      (error: unknown) => {
        this.#underWay--
        this.failed(error, 'item', 0, item)
      },
    )
  }

  /** Sends what has settled: the oldest run of results, or all of them. */
  #send(): void {
    const ready: Call[] = []
    if (this.#kernel.ordered) {
      let count = 0
      while (this.#calls[count]?.settled === true) count++
      ready.push(...this.#calls.splice(0, count))
    } else {
      for (let i = 0; i < this.#calls.length; ) {
        const call = this.#calls[i] as Call
        if (call.settled) ready.push(...this.#calls.splice(i, 1))
        else i++
      }
    }
    const given = ready.filter(({ value }) => value !== undefined)
    if (given.length === 0) return
    this.records[0] !== undefined && (this.records[0].out += given.length)
    this.outlet.send(
      given.map(({ value }) => value),
      this.host.timed ? given.map(({ time }) => time) : undefined,
    )
  }

  #end(): void {
    if (this.#ending) {
      this.finish()
      return
    }
    this.#ending = true
    const { leaf } = this.plan.nodes[0] as (typeof this.plan.nodes)[number]
    const done = (items: unknown): void => {
      if (items !== undefined) this.#born([...(items as Iterable<unknown>)])
      this.finish()
    }
    try {
      const last = leaf.end?.(this.contexts[0] as never)
      if (last instanceof Promise) this.await(last, 'end', 0, done)
      else done(last)
    } catch (error) {
      this.failed(error, 'end', 0)
    }
  }

  #born(items: readonly unknown[]): void {
    const given = items.filter((item) => item !== undefined)
    const [record] = this.records
    if (record !== undefined) {
      record.born += given.length
      record.out += given.length
    }
    this.outlet.send(given, this.host.timed ? given.map(() => this.host.clock.now()) : undefined)
  }

  protected override release(): void {
    this.#calls.length = 0
  }
}
