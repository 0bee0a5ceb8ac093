/**
 * Goal: thenables are adopted as the language does it, wherever a term can give one; and what was thrown or given may be an
 * object that throws at every touch: its term fails with it, and the term's policy applies.
 */

import { expect, test } from 'vitest'
import type { TermError } from '../errors.ts'
import type { FailurePolicy } from '../failure.ts'
import { kernelTerm } from '../term/leaf.ts'
import { Collect, items } from '../test/terms.ts'
import { isBalanced } from '../testing/ledger.ts'
import { run } from './run.ts'

type Kind = 'map' | 'apply' | 'concurrent' | 'flatMap'

const kinds: readonly Kind[] = ['map', 'apply', 'concurrent', 'flatMap']

/** Three items through a term of this kind, which gives what `f` does for the second. */
function through(kind: Kind, f: () => unknown, policy: FailurePolicy<number, unknown> = {}) {
  const give = (n: number): unknown => (n === 2 ? f() : kind === 'flatMap' ? [n] : n)
  const made =
    kind === 'concurrent'
      ? { kind, self: {}, f: give, concurrency: 2, ordered: true }
      : kind === 'apply'
        ? { kind, self: {}, f: give }
        : { kind, f: give }
  const term = kernelTerm<number, unknown>('odd', made as never).onFailure(policy)
  return run(items([1, 2, 3]).pipe(term, new Collect().named('keep')))
}

async function given(kind: Kind, f: () => unknown, policy?: FailurePolicy<number, unknown>) {
  const summary = await through(kind, f, policy).done
  expect(isBalanced(summary.items)).toBe(true)
  return [summary.results['keep'], summary.items.deadLettered]
}

function thenable(
  then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
): object {
  return { then }
}

const value = (kind: Kind, n: number): unknown => (kind === 'flatMap' ? [n] : n)

test.each(kinds)('%s: one that resolves twice is one result', async (kind) => {
  const twice = thenable((resolve, reject) => {
    resolve(value(kind, 20))
    resolve(value(kind, 30))
    reject(new Error('late'))
  })
  expect(await given(kind, () => twice)).toEqual([[1, 20, 3], 0])
})

test.each(kinds)('%s: a `then` that throws is a failure of the call', async (kind) => {
  const broken = thenable(() => {
    throw new Error('broken')
  })
  expect(await given(kind, () => broken, { onError: 'skip' })).toEqual([[1, 3], 1])
  await expect(through(kind, () => broken).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'odd',
    cause: { message: 'broken' },
  })
})

test.each(kinds)('%s: the getter of `then` is read once, and may throw', async (kind) => {
  let reads = 0
  const counted = Object.defineProperty({}, 'then', {
    get() {
      reads++
      return (resolve: (value: unknown) => void) => resolve(value(kind, 20))
    },
  })
  expect([await given(kind, () => counted), reads]).toEqual([[[1, 20, 3], 0], 1])
  const throwing = Object.defineProperty({}, 'then', { get: refuse })
  expect(await given(kind, () => throwing, { onError: 'skip' })).toEqual([[1, 3], 1])
})

test.each(kinds)('%s: a function with a `then`, and a promise of a class of its own', async (kind) => {
  const callable = Object.assign(
    () => 0,
    thenable((resolve) => resolve(value(kind, 20))),
  )
  expect(await given(kind, () => callable)).toEqual([[1, 20, 3], 0])
  class Odd extends Promise<unknown> {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tried
    override then(resolve: never): never {
      super.then(resolve)
      return super.then(resolve) as never
    }
  }
  expect(await given(kind, () => Odd.resolve(value(kind, 20)))).toEqual([[1, 20, 3], 0])
})

const hostile = () =>
  new Proxy({}, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse])))
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test.each(kinds.flatMap((kind) => [hostile, revoked].map((make) => [kind, make.name, make] as const)))(
  '%s: what is thrown is a %s object',
  async (kind, _name, make) => {
    const thrown = make()
    const f = (): never => {
      throw thrown
    }
    expect(await given(kind, f, { onError: 'skip' })).toEqual([[1, 3], 1])
    const failure = await through(kind, f).done.catch((error: TermError) => error)
    expect((failure as TermError).code).toBe('TERM_FAILED')
    expect((failure as TermError).term).toBe('odd')
    expect((failure as TermError).cause === thrown).toBe(true)
  },
)

test.each(kinds.flatMap((kind) => [hostile, revoked].map((make) => [kind, make.name, make] as const)))(
  '%s: what is given is a %s object: its `then` cannot be read',
  async (kind, _name, make) => {
    expect(await given(kind, make, { onError: 'skip' })).toEqual([[1, 3], 1])
    await expect(through(kind, make).done).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'odd' })
  },
)

test.each(['enter', 'end', 'exit'] as const)('%s: a thenable that settles twice, or throws', async (hook) => {
  const start = (then: Parameters<typeof thenable>[0]) => {
    const hooks = { [hook]: () => thenable(then) }
    return run(
      items([1]).pipe(kernelTerm<number, number>('odd', { kind: 'map', f: (n: number) => n }, hooks)),
    )
  }
  const { outcome } = await start((resolve) => {
    resolve([])
    resolve([])
  }).done
  expect(outcome).toBe('completed')
  await expect(start(refuse).done).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'odd', phase: hook })
})

function refuse(): never {
  throw new Error('no')
}
