// Law 7: whatever fails, and whenever a run is cancelled or stopped, every promise settles, `exit` runs exactly once
// for each node whose `enter` was begun, generators are closed, and the ledger adds up.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Context, Kernel, LifeCycle } from '../contracts.ts'
import { TermError } from '../errors.ts'
import { kernelTerm } from '../term/leaf.ts'
import { SourceTerm } from '../term/source-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { LAW_TIMEOUT_MS, law } from '../test/property.ts'
import { Collect, count, turn } from '../test/terms.ts'
import { isBalanced } from '../testing/ledger.ts'
import { seededSchedule } from '../testing/random.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { run } from './run.ts'

const FORMS = ['apply', 'async', 'map', 'expand', 'asyncExpand', 'concurrent', 'stream', 'fold'] as const
type Form = (typeof FORMS)[number]
const PHASES = ['enter', 'item', 'generate', 'end', 'exit'] as const
const ENDINGS = ['none', 'cancel', 'abort', 'stop', 'dispose'] as const

interface Plan {
  readonly source: 'sync' | 'async' | 'endless'
  readonly forms: readonly Form[]
  readonly asyncHooks: readonly boolean[]
  readonly fault: {
    readonly phase: (typeof PHASES)[number]
    readonly node: number
    readonly after: number
  } | null
  readonly ending: { readonly how: (typeof ENDINGS)[number]; readonly turns: number }
  readonly schedule: number
}

const plans: fc.Arbitrary<Plan> = fc.record({
  source: fc.constantFrom('sync', 'async', 'endless'),
  forms: fc.array(fc.constantFrom(...FORMS), { minLength: 4, maxLength: 4 }),
  asyncHooks: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  fault: fc.option(fc.record({ phase: fc.constantFrom(...PHASES), node: fc.nat(5), after: fc.nat(40) }), {
    freq: 3,
  }),
  ending: fc.record({ how: fc.constantFrom(...ENDINGS), turns: fc.nat(12) }),
  schedule: fc.nat(),
})

/** What happened to one node. */
interface Life {
  readonly name: string
  entered: number
  exited: number
  opened: number
  closed: number
  calls: number
  readonly wrong: string[]
}

class Boom extends Error {}

/** source -> a -> parallel(b, c) -> d -> sink, every node with hooks that keep a record. */
class World {
  readonly lives: Life[] = []
  readonly plan: Plan
  ended = false

  constructor(plan: Plan) {
    this.plan = plan
  }

  build(): Term<never, never> {
    const { source, forms } = this.plan
    const from = this.#node('source', (life) => ({
      kind: 'source',
      self: {},
      f: () => this.#generate(life, source),
    }))
    const [a, b, c, d] = forms.map((form, i) => this.#node(`t${i}`, (life) => this.#function(life, form)))
    const sink = this.#node('sink', (life) => ({
      kind: 'sink',
      self: {},
      f: () => this.#called(life, 'item'),
    }))
    return (from as any).pipe(a).parallel(b, c).pipe(d, sink)
  }

  #node(name: string, kernel: (life: Life) => Kernel): Term<any, any> {
    const life: Life = { name, entered: 0, exited: 0, opened: 0, closed: 0, calls: 0, wrong: [] }
    const at = this.lives.push(life) - 1
    const isAsync = this.plan.asyncHooks[at] === true
    const hook = async (phase: 'enter' | 'end' | 'exit'): Promise<void> => {
      await turn()
      this.#strike(life, phase)
    }
    const hooks: LifeCycle<number, number> = {
      initialState: () => 0,
      enter: () => {
        life.entered++
        return isAsync ? hook('enter') : this.#strike(life, 'enter')
      },
      end: () => {
        if (life.exited > 0) life.wrong.push('end after exit')
        if (!isAsync) this.#strike(life, 'end')
        return isAsync ? hook('end') : undefined
      },
      exit: () => {
        if (life.entered === 0) life.wrong.push('exit without enter')
        life.exited++
        return isAsync ? hook('exit') : this.#strike(life, 'exit')
      },
    }
    return kernelTerm<number, number, number>(name, kernel(life), hooks)
  }

  /** Throws if the plan says so. */
  #strike(life: Life, phase: (typeof PHASES)[number]): void {
    const { fault } = this.plan
    if (fault === null || fault.phase !== phase || this.lives[fault.node] !== life) return
    if ((phase === 'item' || phase === 'generate') && life.calls <= fault.after) return
    throw new Boom(`${phase} of ${life.name}`)
  }

  #called(life: Life, phase: 'item' | 'generate'): void {
    life.calls++
    if (this.lives.some(({ entered }) => entered === 0)) life.wrong.push('called before all were entered')
    // a coroutine may still work on the item it was given
    const isStream = this.plan.forms[this.lives.indexOf(life) - 1] === 'stream'
    if (life.exited > 0 && !isStream) life.wrong.push('called after exit')
    this.#strike(life, phase)
  }

  #generate(life: Life, form: Plan['source']): Iterable<number> | AsyncIterable<number> {
    const called = (): void => this.#called(life, 'generate')
    const open = (): void => void life.opened++
    const close = (): void => void life.closed++
    function* sync(length: number): Generator<number> {
      open()
      try {
        for (let n = 0; n < length; n++) {
          called()
          yield n
        }
      } finally {
        close()
      }
    }
    async function* slow(): AsyncGenerator<number> {
      open()
      try {
        for (let n = 0; n < 60; n++) {
          called()
          if (n % 4 === 3) await turn()
          yield n
        }
      } finally {
        close()
      }
    }
    return form === 'async' ? slow() : sync(form === 'sync' ? 60 : Number.POSITIVE_INFINITY)
  }

  #function(life: Life, form: Form): Kernel {
    const called = (): void => this.#called(life, 'item')
    const self = {}
    const plain = (item: number): number => {
      called()
      return item
    }
    const slow = async (item: number): Promise<number> => {
      called()
      await turn()
      return item
    }
    switch (form) {
      case 'map':
        return { kind: 'map', f: plain as (item: never) => unknown }
      case 'apply':
        return { kind: 'apply', self, f: plain as (item: never) => unknown }
      case 'async':
        return { kind: 'apply', self, f: slow as (item: never) => unknown }
      case 'concurrent':
        return {
          kind: 'concurrent',
          self,
          f: slow as (item: never) => unknown,
          concurrency: 3,
          ordered: true,
        }
      case 'fold':
        return { kind: 'scan', f: ((state: number, _item: number) => plain(state + 1)) as never }
      case 'expand':
      case 'asyncExpand':
        return { kind: 'expand', self, f: (item: number) => this.#expand(life, form, plain(item)) }
      case 'stream':
        return { kind: 'stream', self, run: streamOf(plain) as (...args: never[]) => Promise<void> }
    }
  }

  #expand(
    life: Life,
    form: 'expand' | 'asyncExpand',
    item: number,
  ): Iterable<number> | AsyncIterable<number> {
    function* sync(): Generator<number> {
      life.opened++
      try {
        yield item
      } finally {
        life.closed++
      }
    }
    async function* slow(): AsyncGenerator<number> {
      life.opened++
      try {
        yield item
        await turn()
      } finally {
        life.closed++
      }
    }
    return form === 'expand' ? sync() : slow()
  }
}

function streamOf(f: (item: number) => number) {
  return async (
    views: any,
    ctx: Omit<Context, 'emit'> & { emit(item: number): Promise<void> },
  ): Promise<void> => {
    for await (const item of views[0] ?? views) await ctx.emit(f(item))
  }
}

/** Runs the plan to whatever end; returns what `done` said. */
async function play(
  world: World,
): Promise<{ readonly outcome: string; readonly error: unknown; readonly balanced: boolean }> {
  const { ending, schedule } = world.plan
  const abort = new AbortController()
  const under = run(world.build(), {
    signal: abort.signal,
    pick: seededSchedule(schedule),
    edges: { capacityItems: 5 },
  })
  const done = settled(under).then(
    (summary) => ({ outcome: summary.outcome as string, error: undefined }),
    (error: unknown) => ({ outcome: 'failed', error }),
  )
  for (let i = 0; i < ending.turns; i++) await turn()
  const endless = world.plan.source === 'endless' && ending.how === 'none'
  if (ending.how === 'cancel') await under.cancel('enough')
  else if (ending.how === 'abort') abort.abort('enough')
  else if (ending.how === 'dispose') await under[Symbol.asyncDispose]()
  else if (ending.how === 'stop' || endless) await under.stop().catch(() => undefined)
  const result = await done
  await under.cancel('again: too late to matter')
  for (let i = 0; i < 4; i++) await turn() // clean-up that nobody waits for
  return { ...result, balanced: isBalanced(under.stats().items) }
}

test(
  'enter and exit pair, every promise settles, generators are closed, the ledger adds up',
  async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const world = new World(plan)
        const { outcome, error, balanced } = await play(world)
        const told = world.lives.map(({ name, entered, exited, wrong }) => ({ name, entered, exited, wrong }))
        expect(told).toEqual(told.map((life) => ({ ...life, exited: life.entered, wrong: [] })))
        const left = world.lives.filter(({ opened, closed }) => opened !== closed).map(({ name }) => name)
        expect(left, 'generators left open').toEqual([])
        expect(balanced, 'ledger').toBe(true)
        if (error instanceof TermError) expect(error.cause).toBeInstanceOf(Boom)
        else if (outcome === 'failed') expect(error).toMatchObject({ code: 'CANCELLED' })
        if (plan.fault === null && ['none', 'stop'].includes(plan.ending.how))
          expect(outcome).not.toBe('failed')
      }),
      law(300),
    )
  },
  LAW_TIMEOUT_MS,
)

test('a source that sleeps is woken when a take has had enough', async () => {
  const clock = new VirtualClock()
  class Sleepy extends SourceTerm<number> {
    async *generate(ctx: Context<unknown, never>) {
      yield 1
      await ctx.sleep(3_600_000)
    }
  }
  const one = kernelTerm<number, number>('take', { kind: 'take', count: 1 })
  await settled(run(new Sleepy().pipe(one), { clock }))
  expect(clock.pending).toBe(0)
})

test('the first item of an async expansion, come and not yet passed on when the run is aborted, is accounted for', async () => {
  const abort = new AbortController()
  const given = async (n: number): Promise<IteratorResult<number>> => {
    // between the moment at which the stage hears of the item and its turn
    void Promise.resolve().then(() => Promise.resolve().then(() => abort.abort('enough')))
    return { done: false, value: n }
  }
  const expand = kernelTerm('expand', {
    kind: 'expand',
    self: {},
    f: (n: number) => ({ [Symbol.asyncIterator]: () => ({ next: () => given(n) }) }),
  })
  const r = run(count(3).pipe(expand, new Collect()), { signal: abort.signal })
  await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
  const { items } = r.stats()
  expect([items.in, items.out, items.expanded, isBalanced(items)]).toEqual([1, 0, 0, true])
})
