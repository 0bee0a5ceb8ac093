// Law 8: a stateful term's state is one structured-cloneable value: cloned at any moment, it goes on as if nothing
// had happened.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Context } from '../contracts.ts'
import { run } from '../run/run.ts'
import { settled } from '../test/deadline.ts'
import { LAW_TIMEOUT_MS, law, runOptions } from '../test/property.ts'
import { Collect, items } from '../test/terms.ts'
import { FlatMapTerm, FunctionTerm } from './function-term.ts'
import { kernelTerm } from './leaf.ts'
import { type StreamContext, StreamTerm, type View } from './stream-term.ts'

interface State {
  readonly seen: Map<number, number>
  total: number
}

const initialState = (): State => ({ seen: new Map(), total: 0 })

function step(state: State, n: number): number {
  state.seen.set(n, (state.seen.get(n) ?? 0) + 1)
  state.total += n
  return state.total * 100 + (state.seen.get(n) as number)
}

/** Swaps the state for a clone of it before each item. */
function cloned(ctx: { state: State }): State {
  ctx.state = structuredClone(ctx.state)
  return ctx.state
}

class Apply extends FunctionTerm<number, number, State> {
  override initialState = initialState
  f(n: number, ctx: Context<State>) {
    return step(cloned(ctx), n)
  }
}

class AsyncApply extends FunctionTerm<number, number, State> {
  override initialState = initialState
  async f(n: number, ctx: Context<State>) {
    await Promise.resolve()
    return step(cloned(ctx), n)
  }
}

class Expand extends FlatMapTerm<number, number, State> {
  override initialState = initialState
  override *f(n: number, ctx: Context<State>) {
    yield step(cloned(ctx), n)
  }
}

class Stream extends StreamTerm<number, number, State> {
  override initialState = initialState
  async run(view: View<number>, ctx: StreamContext<State, number>) {
    for await (const n of view) await ctx.emit(step(cloned(ctx), n))
  }
}

const forms = [() => new Apply(), () => new AsyncApply(), () => new Expand(), () => new Stream()]

test(
  'a state cloned before every item gives the same stream',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(9), { maxLength: 80 }),
        fc.nat(3),
        runOptions(),
        async (list, form, options) => {
          const [sink, state] = [new Collect<number>(), initialState()]
          const term = (forms[form] as (typeof forms)[number])()
          const summary = await settled(run(items(list).pipe(term, sink), options))
          expect(summary.result(sink)).toEqual(list.map((n) => step(state, n)))
        },
      ),
      law(60),
    )
  },
  LAW_TIMEOUT_MS,
)

test('the states of scan and fold can be seen, and cloned, at the end', async () => {
  for (const kind of ['scan', 'fold'] as const) {
    const states: unknown[] = []
    const sum = kernelTerm<number, number, { sum: number }>(
      kind,
      { kind, f: ((state: { sum: number }, n: number) => ({ sum: state.sum + n })) as never },
      { initialState: () => ({ sum: 0 }), exit: (ctx) => void states.push(structuredClone(ctx.state)) },
    )
    await settled(run(items([1, 2, 3]).pipe(sum, new Collect())))
    expect(states).toEqual([{ sum: 6 }])
  }
})

test('every run begins with a state of its own', async () => {
  const sink = new Collect<number>()
  const term = items([1, 2]).pipe(new Apply(), sink)
  const [first, second] = [await settled(run(term)), await settled(run(term))]
  expect(first.result(sink)).toEqual(second.result(sink))
})
