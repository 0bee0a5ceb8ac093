/** `leafOf`: the leaf term of one node of a `GraphSpec`, written in the form that the spec asks for. */

import type { Context, Kernel, LifeCycle } from '../contracts.ts'
import { FlatMapTerm, FunctionTerm } from '../term/function-term.ts'
import { kernelTerm, type Leaf } from '../term/leaf.ts'
import { type StreamContext, StreamTerm, type View } from '../term/stream-term.ts'
import type { NodeSpec, Op } from './spec.ts'
import { sourceLeaf } from './spec-source.ts'
import { expanded, isKept, mapped, stepped, weight } from './values.ts'

type AnyLeaf = Leaf<never, unknown>
type Give = (item: unknown) => unknown[]
type Lifted = { readonly name: string; readonly data: unknown }

/** Makes the leaf; it is named after its kind and position. */
export function leafOf(node: NodeSpec, at: number): AnyLeaf {
  const leaf = makeLeaf(node).named(`${node.op.kind}${at}`)
  return node.capacityItems === undefined ? leaf : leaf.edge({ capacityItems: node.capacityItems })
}

function makeLeaf({ op, lifted = false }: NodeSpec): AnyLeaf {
  switch (op.kind) {
    case 'source':
      return sourceLeaf(op)
    case 'map':
      return statelessLeaf(
        op.form,
        lift(lifted, (item) => [mapped(op.by, item)]),
      )
    case 'filter':
      return statelessLeaf(
        op.form,
        lift(lifted, (item) => (isKept(op.by, item) ? [item] : [])),
      )
    case 'flatMap':
      return statelessLeaf(
        op.form,
        lift(lifted, (item) => expanded(op.by, item)),
      )
    case 'scan':
      return scanLeaf(op.form)
    case 'fold':
      return foldLeaf(op.form)
    case 'tap':
      return leafFrom({
        kind: 'tap',
        f: (item: unknown) => (op.form === 'async' ? soon(item, undefined) : item),
      })
    case 'take':
      return leafFrom({ kind: 'take', count: op.count })
    case 'merge':
      return leafFrom({ kind: 'merge', tagged: op.tagged })
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

function statelessLeaf(form: StatelessForm, give: Give): AnyLeaf {
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
      return expansionLeaf(form, give)
  }
}

type ExpansionForm = Exclude<
  StatelessForm,
  'map' | 'filter' | 'sometimes' | 'apply' | 'async' | 'ordered' | 'expand' | 'class' | 'stream'
>

function expansionLeaf(form: ExpansionForm, give: Give): AnyLeaf {
  switch (form) {
    case 'array':
      return leafFrom({ kind: 'flatMap', f: give })
    case 'generator':
      return leafFrom({
        kind: 'flatMap',
        *f(item: unknown) {
          yield* give(item)
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

function scanLeaf(form: Extract<Op, { readonly kind: 'scan' }>['form']): AnyLeaf {
  const step = (item: unknown, ctx: { state: number }): number => (ctx.state = stepped(ctx.state, item))
  switch (form) {
    case 'scan':
      return leafFrom({ kind: 'scan', f: stepped }, { initialState: () => 0 })
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

  constructor(isAsync: boolean) {
    super((item, ctx) => {
      ctx.state = stepped(ctx.state, item)
      return isAsync ? soon(item, undefined) : undefined
    })
    this.#isAsync = isAsync
  }

  override end(ctx: Context<number>): unknown[] | Promise<unknown[]> {
    return this.#isAsync ? later([ctx.state]) : [ctx.state]
  }
}

function foldLeaf(form: Extract<Op, { readonly kind: 'fold' }>['form']): AnyLeaf {
  if (form !== 'fold') return new Fold(form === 'async')
  return leafFrom(
    { kind: 'fold', f: stepped },
    { initialState: () => 0, end: (ctx: Context<number>) => [ctx.state] },
  )
}
