/** Small terms for core's own tests, each of one kernel; `@millrace/terms` has the real ones. */

import type { Context, LifeCycle } from '../contracts.ts'
import { type KernelTerm, kernelTerm } from '../term/leaf.ts'
import { SinkTerm } from '../term/sink-term.ts'

type Hooks = LifeCycle<any, any>

/** A source of what `make` gives anew for each run. */
export function source<T>(
  make: () => Iterable<T> | AsyncIterable<T>,
  hooks?: Hooks,
  name = 'source',
): KernelTerm<never, T> {
  return kernelTerm<never, T>(name, { kind: 'source', self: {}, f: make }, hooks)
}

/** A source of these items, read in place. */
export function items<T>(list: readonly T[], hooks?: Hooks): KernelTerm<never, T> {
  return source(() => list, hooks, 'items')
}

/** The whole numbers from 0 up to, not including, `count`. */
export function count(upTo: number): KernelTerm<never, number> {
  return items(Array.from({ length: upTo }, (_, i) => i))
}

/** The same by an async generator that waits a turn of the event loop each few items. */
export function countSlowly(upTo: number): KernelTerm<never, number> {
  return source(async function* () {
    for (let i = 0; i < upTo; i++) {
      if (i % 3 === 2) await turn()
      yield i
    }
  })
}

export function map<In, Out>(
  f: (item: In) => Out | Promise<Out> | undefined,
  hooks?: Hooks,
): KernelTerm<In, Out> {
  return kernelTerm<In, Out>('map', { kind: 'map', f: f as (item: never) => unknown }, hooks)
}

export function id<T = any>(): KernelTerm<T, T> {
  return map<T, T>((item) => item).named('id')
}

export function filter<T>(f: (item: T) => boolean): KernelTerm<T, T> {
  return kernelTerm<T, T>('filter', { kind: 'filter', f: f as (item: never) => unknown })
}

export function flatMap<In, Out>(
  f: (item: In) => Iterable<Out> | AsyncIterable<Out> | Promise<Iterable<Out>>,
): KernelTerm<In, Out> {
  return kernelTerm<In, Out>('flatMap', { kind: 'flatMap', f: f as (item: never) => unknown })
}

export function take<T = any>(count: number): KernelTerm<T, T> {
  return kernelTerm<T, T>('take', { kind: 'take', count })
}

export function fold<In, State>(f: (state: State, item: In) => State, initial: State): KernelTerm<In, State> {
  return kernelTerm<In, State, State>(
    'fold',
    { kind: 'fold', f: f as (state: never, item: never) => unknown },
    { initialState: () => initial, end: (ctx) => [ctx.state] },
  )
}

/** Collects its items; its result is the array. */
export class Collect<T = any> extends SinkTerm<T, T[], T[]> {
  override initialState(): T[] {
    return []
  }

  override write(item: T, ctx: Context<T[]>): void {
    ctx.state.push(item)
  }

  override result(ctx: Context<T[]>): T[] {
    return ctx.state
  }
}

/** Takes nothing, ever: the first item is never done with. */
export class Stuck extends SinkTerm<any> {
  override write(): Promise<void> {
    return new Promise(() => {})
  }
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
