/** `leafOf`: the leaf term of one node of a `GraphSpec`, written in the form that the spec asks for. */

import type { Context, Kernel, KernelKind, LifeCycle } from '../contracts.ts'
import { FlatMapTerm, FunctionTerm } from '../term/function-term.ts'
import { kernelTerm, type Leaf } from '../term/leaf.ts'
import { type StreamContext, StreamTerm, type View } from '../term/stream-term.ts'
import type { NodeSpec, Op, Trouble } from './spec.ts'
import { sourceLeaf } from './spec-source.ts'
import { expanded, FALLBACK, isKept, isTroubled, mapped, stepped, weight } from './values.ts'

type AnyLeaf = Leaf<never, unknown>
type Give = (item: unknown) => unknown[]
type Lifted = { readonly name: string; readonly data: unknown }

/** Makes the leaf; it is named after its kind and position. */
export function leafOf(node: NodeSpec, at: number): AnyLeaf {
  const leaf = makeLeaf(node).named(`${node.op.kind}${at}`)
  const { trouble } = node
  if (trouble !== undefined) {
    // calls on equal items that are under way side by side share their count: some see more failures than `calls`
    const retry = trouble.calls === 0 ? trouble.every % 2 : 100
    const { onError } = trouble
    leaf.onFailure(
      onError === 'skip' ? { retry, onError } : { retry, fallback: fallbackFor(leaf.kernel().kind, node.op) },
    )
  }
  return node.capacityItems === undefined ? leaf : leaf.edge({ capacityItems: node.capacityItems })
}

/** Has terms of every kind give the same in place of a result. */
function fallbackFor(kind: KernelKind, op: Op): (item: unknown) => never {
  return (item) => {
    const value = op.kind === 'filter' ? item : FALLBACK
    if (kind === 'flatMap' || kind === 'expand') return [value] as never
    return (kind === 'filter' ? true : value) as never
  }
}

class TroubleError extends Error {}

/** Throws as the spec says. */
function failerOf(trouble: Trouble | undefined): (item: unknown) => void {
  if (trouble === undefined) return () => {}
  const left = new Map<number, number>()
  return (item) => {
    if (!isTroubled(trouble.every, item)) return
    const key = weight(item)
    const calls = left.get(key) ?? trouble.calls
    if (trouble.calls > 0) left.set(key, calls > 0 ? calls - 1 : trouble.calls)
    if (calls > 0 || trouble.calls === 0) throw new TroubleError(`no good: ${key}`)
  }
}

function makeLeaf(node: NodeSpec): AnyLeaf {
  const { op, lifted = false, trouble } = node
  const fail = failerOf(trouble)
  const failing = (give: Give): Give =>
    trouble === undefined || trouble.isLate
      ? give
      : (item) => {
          fail(item)
          return give(item)
        }
  switch (op.kind) {
    case 'source':
      return sourceLeaf(op)
    case 'map':
      return statelessLeaf(
        op.form,
        lift(
          lifted,
          failing((item) => [mapped(op.by, item)]),
        ),
      )
    case 'filter':
      return statelessLeaf(
        op.form,
        lift(
          lifted,
          failing((item) => (isKept(op.by, item) ? [item] : [])),
        ),
      )
    case 'flatMap':
      return statelessLeaf(
        op.form,
        lift(
          lifted,
          failing((item) => expanded(op.by, item)),
        ),
        trouble?.isLate === true ? fail : () => {},
      )
    case 'scan':
      return scanLeaf(op.form, stepping(fail))
    case 'fold':
      return foldLeaf(op.form, stepping(fail))
    case 'tap':
      return leafFrom({
        kind: 'tap',
        f: (item: unknown) => {
          fail(item)
          return op.form === 'async' ? soon(item, undefined) : item
        },
      })
    case 'take':
      return leafFrom({ kind: 'take', count: op.count })
    case 'merge':
      return leafFrom({ kind: 'merge', tagged: op.tagged })
  }
}

type Step = typeof stepped

function stepping(fail: (item: unknown) => void): Step {
  return (state, item) => {
    fail(item)
    return stepped(state, item)
  }
}

function lift(lifted: boolean, give: Give): Give {
  if (!lifted) return give
  return (item) => {
    const { name, data } = item as Lifted
    return give(data).map((out) => ({ name, data: out }))
  }
}

function leafFrom(kernel: Kernel, hooks: LifeCycle<number, unknown> = {}): AnyLeaf {
  return kernelTerm<unknown, unknown, number>(kernel.kind, kernel, hooks) as unknown as AnyLeaf
}

/** `value` at once, in a microtask or in a later turn, as `item` decides. */
function soon<T>(item: unknown, value: T): T | Promise<T> {
  const delay = (weight(item) >>> 0) % 7
  if (delay < 3) return value
  if (delay < 6) return Promise.resolve(value)
  return later(value)
}

function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => {
    setImmediate(resolve, value)
  })
}

class Apply extends FunctionTerm<unknown, unknown, number> {
  override readonly concurrency: number
  readonly #f: (item: unknown, ctx: Context<number>) => unknown

  constructor(f: (item: unknown, ctx: Context<number>) => unknown, concurrency = 1) {
    super()
    this.#f = f
    this.concurrency = concurrency
  }

  override initialState(): number {
    return 0
  }

  override f(item: unknown, ctx: Context<number>): unknown {
    return this.#f(item, ctx)
  }
}

class Expand extends FlatMapTerm<unknown, unknown, number> {
  readonly #give: (item: unknown, ctx: Context<number>) => unknown[]

  constructor(give: (item: unknown, ctx: Context<number>) => unknown[]) {
    super()
    this.#give = give
  }

  override initialState(): number {
    return 0
  }

  override *f(item: unknown, ctx: Context<number>): Generator<unknown> {
    yield* this.#give(item, ctx)
  }
}

class Stream extends StreamTerm<unknown, unknown, number> {
  override readonly resumable = true
  readonly #give: (item: unknown, ctx: { state: number }) => unknown[]

  constructor(give: (item: unknown, ctx: { state: number }) => unknown[]) {
    super()
    this.#give = give
  }

  override initialState(): number {
    return 0
  }

  override async run(view: View<unknown>, ctx: StreamContext<number>): Promise<void> {
    for await (const item of view) for (const out of this.#give(item, ctx)) await ctx.emit(out)
  }
}

type StatelessForm = Extract<Op, { readonly kind: 'map' | 'filter' | 'flatMap' }>['form']

function statelessLeaf(
  form: StatelessForm,
  give: Give,
  failLate: (item: unknown) => void = () => {},
): AnyLeaf {
  switch (form) {
    case 'map':
      return leafFrom({ kind: 'map', f: (item: unknown) => give(item)[0] })
    case 'filter':
      return leafFrom({ kind: 'filter', f: (item: unknown) => give(item).length > 0 })
    case 'sometimes':
      return leafFrom({ kind: 'map', f: (item: unknown) => soon(item, give(item)[0]) })
    case 'apply':
      return new Apply((item) => give(item)[0])
    case 'async':
      return new Apply(async (item) => soon(item, give(item)[0]))
    case 'ordered':
      return new Apply((item) => soon(item, give(item)[0]), 3)
    case 'expand':
    case 'class':
      return new Expand(give)
    case 'stream':
      return new Stream(give)
    default:
      return expansionLeaf(form, give, failLate)
  }
}

type ExpansionForm = Exclude<
  StatelessForm,
  'map' | 'filter' | 'sometimes' | 'apply' | 'async' | 'ordered' | 'expand' | 'class' | 'stream'
>

function expansionLeaf(form: ExpansionForm, give: Give, failLate: (item: unknown) => void): AnyLeaf {
  switch (form) {
    case 'array':
      return leafFrom({ kind: 'flatMap', f: give })
    case 'generator':
      return leafFrom({
        kind: 'flatMap',
        *f(item: unknown) {
          yield* give(item)
          failLate(item)
        },
      })
    case 'set':
      return leafFrom({ kind: 'flatMap', f: (item: unknown) => new Map(give(item).entries()).values() })
    case 'promise':
      return leafFrom({ kind: 'flatMap', f: (item: unknown) => soon(item, give(item)) })
    case 'asyncGenerator':
      return leafFrom({
        kind: 'flatMap',
        async *f(item: unknown) {
          for (const out of give(item)) yield await soon(out, out)
          failLate(item)
        },
      })
    case 'emit':
      return new Apply((item, ctx) => {
        const given = give(item)
        for (const out of given.slice(0, -1)) ctx.emit(out)
        return given.at(-1)
      })
    case 'asyncEmit':
      return new Apply(async (item, ctx) => {
        const given = give(item)
        for (const out of given.slice(0, -1)) {
          ctx.emit(out)
          await soon(out, undefined)
        }
        return given.at(-1)
      })
  }
}

function scanLeaf(form: Extract<Op, { readonly kind: 'scan' }>['form'], next: Step): AnyLeaf {
  const step = (item: unknown, ctx: { state: number }): number => (ctx.state = next(ctx.state, item))
  switch (form) {
    case 'scan':
      return leafFrom({ kind: 'scan', f: next }, { initialState: () => 0 })
    case 'apply':
      return new Apply(step)
    case 'async':
      return new Apply(async (item, ctx) => {
        await soon(item, undefined)
        return step(item, ctx)
      })
    case 'expand':
      return new Expand((item, ctx) => [step(item, ctx)])
    case 'stream':
      return new Stream((item, ctx) => [step(item, ctx)])
  }
}

class Fold extends Apply {
  readonly #isAsync: boolean

  constructor(isAsync: boolean, next: Step) {
    super((item, ctx) => {
      ctx.state = next(ctx.state, item)
      return isAsync ? soon(item, undefined) : undefined
    })
    this.#isAsync = isAsync
  }

  override end(ctx: Context<number>): unknown[] | Promise<unknown[]> {
    return this.#isAsync ? later([ctx.state]) : [ctx.state]
  }
}

function foldLeaf(form: Extract<Op, { readonly kind: 'fold' }>['form'], next: Step): AnyLeaf {
  if (form !== 'fold') return new Fold(form === 'async', next)
  return leafFrom(
    { kind: 'fold', f: next },
    { initialState: () => 0, end: (ctx: Context<number>) => [ctx.state] },
  )
}
