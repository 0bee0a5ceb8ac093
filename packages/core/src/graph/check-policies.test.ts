// Goal: a policy that its term cannot keep is refused when the graph is compiled, with the reason.

import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { kernelTerm } from '../term/leaf.ts'
import { StreamTerm } from '../term/stream-term.ts'
import { Collect, count, fold, map, take } from '../test/terms.ts'
import { compileGraph } from './compile.ts'

class Copy extends StreamTerm<number, number> {
  async run(): Promise<void> {}
}

const tap = () => kernelTerm<number, number>('tap', { kind: 'tap', f: () => undefined })
const skip = { onError: 'skip' } as const
const circuit = { failures: 1, windowMs: 1 }

test.each([
  [count(1).onFailure(skip), 'onError: a source that fails has no item to skip'],
  [count(1).onFailure({ retry: 1 }), 'retry: a source that fails'],
  [count(1).pipe(new Copy().onFailure(skip)), 'onError: a term that reads its inputs by itself'],
  [count(1).pipe(take(1).onFailure(skip)), 'onError: it calls no function'],
  [count(1).pipe(map((n) => n).onFailure({ circuit })), 'circuit: with onError "fail" the first failure'],
  [
    count(1).pipe(fold((n: number, m: number) => n + m, 0).onFailure({ fallback: 1 })),
    'fallback: a fold gives a state',
  ],
  [count(1).pipe(tap().onFailure({ fallback: 1 })), 'fallback: it gives no result'],
  [count(1).pipe(new Collect().onFailure({ fallback: true })), 'fallback: it gives no result'],
])('%s %s', (term, message) => {
  expect(() => compileGraph(term)).toThrow(
    expect.objectContaining({ code: 'POLICY_REFUSED', message: expect.stringContaining(message) }),
  )
})

test('what says no more than the default is kept by any term', () => {
  expect(
    compileGraph(count(1).onFailure({ onError: 'fail' }).pipe(take(1).onFailure({}))).nodes,
  ).toHaveLength(2)
})

test('a time limit needs a function that can be given up on', async () => {
  class Several extends FunctionTerm<number, number> {
    override readonly concurrency = 2

    f(n: number): number {
      return n
    }
  }
  const sync = map((n: number) => n).onFailure({ timeoutMs: 5 })
  expect(() => run(count(1).pipe(sync))).toThrow(
    expect.objectContaining({ code: 'TIMEOUT_UNENFORCEABLE', message: expect.stringContaining('"map"') }),
  )
  for (const term of [map(async (n: number) => n), new Several()]) {
    const { items } = await run(count(3).pipe(term.onFailure({ timeoutMs: 5 }))).done
    expect(items.out).toBe(3)
  }
})
