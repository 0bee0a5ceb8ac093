/**
 * Strict runs: what terms take and give is frozen, and states are looked at, so that what would give another answer under
 * another strategy fails in the term that does it. Called by `planGraph`'s caller and by workers; a run that is not
 * strict knows nothing of it.
 *
 * What cannot be frozen (maps, sets, dates, typed arrays) is compared before and after each call.
 */

import { isDeepStrictEqual } from 'node:util'
import type { Kernel } from '../contracts.ts'
import { StrictError } from '../errors.ts'
import { promiseOf } from '../values/foreign.ts'
import type { NodeContext } from './context.ts'
import { isAsyncIterable, isIterable } from './frame.ts'

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** The kernel with its items frozen and its states checked. It is for one node of one run. */
export function strictKernel(id: string, kernel: Kernel): Kernel {
  switch (kernel.kind) {
    case 'source':
    case 'batches': {
      const open = kernel.f as unknown as AnyFunction
      const f = function (this: unknown, ctx: unknown): unknown {
        return frozenItems(open.call(this, ctx))
      }
      return { ...kernel, f } as unknown as Kernel
    }
    case 'scan':
    case 'fold':
      return {
        ...kernel,
        f: strictStep(id, kernel.f as unknown as AnyFunction, kernel.kind === 'scan'),
      } as unknown as Kernel
    case 'map':
    case 'filter':
    case 'tap':
    case 'flatMap':
    case 'apply':
    case 'expand':
    case 'sink':
    case 'concurrent': {
      const call = kernel.f as unknown as AnyFunction
      const states = new StateWatch(id)
      // calls that are under way side by side change it as they like
      const watchesState = kernel.kind !== 'concurrent'
      const givesMany = kernel.kind === 'flatMap' || kernel.kind === 'expand'
      const f = function (this: unknown, item: unknown, ctx?: NodeContext): unknown {
        const check = freezeInput(id, item)
        if (watchesState) states.before(ctx)
        const after = (value: unknown): unknown => {
          check()
          // what was emitted through the context is on its way
          if (ctx?.pending != null) for (const emitted of ctx.pending) freeze(emitted)
          const given = givesMany ? frozenItems(value) : freeze(value)
          if (watchesState) states.after(ctx)
          return given
        }
        const value = call.call(this, item, ctx)
        const promise = promiseOf(value)
        return promise === undefined ? after(value) : promise.then(after)
      }
      return { ...kernel, f } as unknown as Kernel
    }
    default:
      return kernel // merges change nothing; stream terms get frozen items from the terms before them
  }
}

/** A scan's state is what it gives: frozen, so that the next step cannot change it. A fold's is given at the end only. */
function strictStep(id: string, step: AnyFunction, isGiven: boolean): AnyFunction {
  const states = new StateWatch(id)
  return (state, item) => {
    const check = freezeInput(id, item)
    const ctx = { state }
    states.before(ctx)
    ctx.state = step(state, item)
    check()
    if (isGiven) freeze(ctx.state)
    states.after(ctx)
    return ctx.state
  }
}

/** Freezes an item. Returns a check that what cannot be frozen in it is as it was. */
function freezeInput(id: string, item: unknown): () => void {
  const loose: Loose[] = []
  freeze(item, '', loose)
  const before = loose.map(({ value }) => structuredCloneOf(value))
  return () => {
    loose.forEach(({ path, value }, at) => {
      if (!isDeepStrictEqual(structuredCloneOf(value), before[at]))
        throw new StrictError(id, `it changed its item: item${path}`)
    })
  }
}

/** A part that cannot be frozen. */
interface Loose {
  readonly path: string
  readonly value: object
}

/** Freezes a value with all that is in it; parts that cannot be are put into `loose`. Returns the value. */
export function freeze(value: unknown, path = '', loose?: Loose[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isLoose(value)) {
    loose?.push({ path, value })
    return value
  }
  if (!isData(value)) return value
  const wasFrozen = Object.isFrozen(value)
  if (!wasFrozen) Object.freeze(value)
  else if (loose === undefined) return value
  for (const key of Object.keys(value)) {
    const { value: part } = Object.getOwnPropertyDescriptor(value, key) ?? {}
    freeze(part, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, loose)
  }
  return value
}

function isLoose(value: object): boolean {
  return (
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer
  )
}

/** Arrays, records and instances of classes of the user's: what Node hands out may need to change. */
function isData(value: object): boolean {
  return Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]'
}

function structuredCloneOf(value: object): unknown {
  try {
    return structuredClone(value)
  } catch {
    return value // what cannot be cloned is refused elsewhere
  }
}

/** The items that a function gives, each frozen as it is taken. */
function frozenItems(given: unknown): unknown {
  if (Array.isArray(given)) {
    for (const item of given) freeze(item)
    return given
  }
  if (typeof given === 'string') return given
  if (isIterable(given)) return frozenSync(given)
  return isAsyncIterable(given) ? frozenAsync(given) : given
}

function* frozenSync(items: Iterable<unknown>): Generator<unknown, void, undefined> {
  for (const item of items) yield freeze(item)
}

async function* frozenAsync(items: AsyncIterable<unknown>): AsyncGenerator<unknown, void, undefined> {
  for await (const item of items) yield freeze(item)
}

/** Looks at a term's state after its 1st, 2nd, 4th, 8th … call, and before the call that follows. */
class StateWatch {
  readonly #id: string
  #calls = 0
  #last: { readonly state: unknown; readonly copy: unknown } | undefined

  constructor(id: string) {
    this.#id = id
  }

  before(ctx: { readonly state: unknown } | undefined): void {
    const last = this.#last
    this.#last = undefined
    // another one is of a run that goes on from what was saved
    if (last === undefined || ctx?.state !== last.state) return
    if (isDeepStrictEqual(structuredClone(last.state), last.copy)) return
    throw new StrictError(this.#id, 'its state was changed between two calls')
  }

  after(ctx: { readonly state: unknown } | undefined): void {
    const calls = ++this.#calls
    if (ctx === undefined || typeof ctx.state !== 'object' || ctx.state === null) return
    if ((calls & (calls - 1)) !== 0) return
    try {
      this.#last = { state: ctx.state, copy: structuredClone(ctx.state) }
    } catch (cause) {
      throw new StrictError(this.#id, 'its state cannot be cloned', cause)
    }
  }
}
