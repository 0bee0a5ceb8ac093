/** Goal: `dedicated` keeps the contract, refuses what it cannot give, and no way in which a term goes wrong hangs it. */

import { kernelTerm, moduleTerm, run, SinkTerm, type Term } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import misfits from '../../test/fixtures/misfits.ts'
import shapes from '../../test/fixtures/shapes.ts'
import stepGraph from '../../test/fixtures/step-graphs.ts'
import unstable from '../../test/fixtures/unstable.ts'
import { contract } from '../contract.case.ts'
import { governor } from '../governor/governor.ts'
import type { SchedulerOptions } from '../options.ts'
import { placementFor } from '../placement-for.ts'

for (const workers of [1, 2, 5]) {
  contract({ strategy: 'dedicated', workers, fallback: 'share' }, { graphs: 25 })
}

const place = (options: Partial<SchedulerOptions> = {}) => {
  const placement = placementFor({ strategy: 'dedicated', ...options })
  return placement === undefined ? {} : { placement }
}
const start = (how: string, options?: Partial<SchedulerOptions>) => run(misfits({ how }), place(options))
const failure = (how: string): Promise<unknown> =>
  start(how).done.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error,
  )

describe('what goes wrong in a term', () => {
  test('an error keeps its class, code, cause and properties, and says which term failed on which item', async () => {
    const error = await failure('throw')
    expect(error).toMatchObject({
      code: 'TERM_FAILED',
      term: 'Misfit',
      item: 40,
      cause: {
        name: 'RangeError',
        message: 'too large',
        code: 'E_LARGE',
        limit: 39,
        cause: { name: 'TypeError' },
      },
    })
    expect((error as Error).cause).toBeInstanceOf(RangeError)
    expect(((error as Error).cause as Error).stack).toContain('misfits.ts')
    expect(await failure('throw-text')).toMatchObject({ code: 'TERM_FAILED', cause: 'just text' })
  })

  test('process.exit in a term is an error of that term', async () => {
    const error = await failure('exit')
    expect(error).toMatchObject({ code: 'TERM_FAILED', term: 'Misfit', cause: { code: 'PROCESS_EXIT' } })
  })

  test('what cannot be cloned names the term that gave it, and the path', async () => {
    const result = await failure('function')
    expect(result).toMatchObject({ term: 'Misfit', phase: 'result', cause: { code: 'NOT_CLONEABLE' } })
    expect((result as Error).message).toContain('item.rows[1].onDone is a function')
    const input = await failure('input')
    expect(input).toMatchObject({ term: 'numbers', phase: 'result', cause: { code: 'NOT_CLONEABLE' } })
  })

  test('a call that ends its worker again and again fails, with what the worker died of', async () => {
    const left = await failure('leave')
    expect(left).toMatchObject({
      term: 'Misfit',
      cause: { code: 'CALL_LOST', cause: { code: 'WORKER_ENDED' } },
    })
    const unhandled = await failure('unhandled')
    expect(unhandled).toMatchObject({ term: 'Misfit', cause: { cause: { message: 'nobody listens' } } })
  })

  test('a function that never returns is ended by cancel', async () => {
    const running = start('hang')
    const outcome = running.done.catch((error: { readonly code: unknown }) => error.code)
    while ((running.stats().nodes[0]?.out ?? 0) === 0) await new Promise(setImmediate)
    await running.cancel('too long')
    expect(await outcome).toBe('CANCELLED')
  })

  test('afterwards all is as before', async () => {
    expect((await start('nothing').done).results['sink']).toHaveLength(100)
  })

  test('a term may keep things in its fields: it stays in one place', async () => {
    expect((await start('field').done).results['sink']).toHaveLength(100)
  })
})

class Kept extends SinkTerm<unknown, unknown[], unknown[]> {
  override initialState(): unknown[] {
    return []
  }
  override write(item: unknown, ctx: { state: unknown[] }): void {
    ctx.state.push(item)
  }
  override result = (ctx: { state: unknown[] }): unknown[] => ctx.state
}

const closure = kernelTerm<number, number>('closure', { kind: 'map', f: (n: number) => n + 1 })

async function answer(term: Term<number, number>, options?: Partial<SchedulerOptions>): Promise<unknown> {
  const numbers = kernelTerm<never, number>('numbers', { kind: 'source', self: {}, f: () => [1, 2, 3] })
  const kept = new Kept()
  const summary = await run(numbers.local().pipe(term, kept), place(options)).done
  return [summary.result(kept), summary.threads.budget]
}

test('module terms, open graph modules and pinned terms meet in one graph', async () => {
  const steps = new URL('../../test/fixtures/steps.mjs', import.meta.url)
  const double = moduleTerm<number, number>(steps, { export: 'double' })
  const increment = moduleTerm<number, number>(steps, { export: 'increment' })
  expect(await answer(double.pipe(increment))).toEqual([[3, 5, 7], 2])
  const mixed = stepGraph({ by: 10 }).pipe(closure.local(), stepGraph({ by: 100 }))
  expect(await answer(mixed)).toEqual([[112, 113, 114], 2])
})

test('a term that no graph module built is refused, or stays here', async () => {
  const loose = kernelTerm<number, number>('loose', { kind: 'map', f: (n: number) => n + 1 })
  const term = stepGraph({ by: 10 }).pipe(loose)
  await expect(answer(term)).rejects.toMatchObject({
    code: 'NOT_A_GRAPH_MODULE',
    message: expect.stringContaining('"loose"'),
  })
  expect(await answer(term, { fallback: 'inline' })).toEqual([[12, 13, 14], 1])
})

test('a worker that builds another graph is found out', async () => {
  const error: unknown = await run(unstable(), place()).done.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'GRAPH_MISMATCH' })
  expect((error as Error).message).toContain('"here"')
  expect((error as Error).message).toContain('"there"')
})

test('fewer threads than terms are refused, with the way out; or shared', async () => {
  const shared = await run(shapes({ shape: 'line' }) as never, place({ workers: 2 })).done
  expect(shared.threads.budget).toBe(2) // who names a number means it
  const lease = governor().lease(governor().budget)
  try {
    await expect(run(shapes({ shape: 'line' }) as never, place()).done).rejects.toMatchObject({
      code: 'TOO_MANY_TERMS',
      message: expect.stringMatching(/needs 3 threads.*only 0 are.*--workers 1.*fallback: "share".*"pool"/),
    })
    const { threads, results } = await run(shapes({ shape: 'line' }) as never, place({ fallback: 'share' }))
      .done
    expect([threads.budget, (results['keep'] as unknown[]).length]).toEqual([0, 1000])
  } finally {
    lease.release()
  }
})

test('options that make no sense are refused at once', () => {
  const codeOf = (options: Partial<SchedulerOptions>): unknown => {
    try {
      return place(options)
    } catch (error) {
      return (error as { readonly code: unknown }).code
    }
  }
  for (const options of [{ workers: 0 }, { heapLimitMb: 1 }, { isolation: 'process' }] as const) {
    expect(codeOf(options)).toBe('INVALID_OPTION')
  }
})

test('each term has a worker of its own, and the summary tells what they did', async () => {
  const { threads, nodes, results } = await run(shapes({ shape: 'line', items: 5000 }) as never, place()).done
  expect(results['keep']).toHaveLength(5000)
  expect([threads.budget, threads.peak, threads.errors]).toEqual([3, 3, 0])
  expect(new Set(threads.workers.map(({ id }) => id)).size).toBe(3)
  for (const { activations, heapBytes } of threads.workers) {
    expect(activations).toBeGreaterThan(0)
    expect(heapBytes).toBeGreaterThan(0)
  }
  expect(nodes.map((node) => [node.id, node.in, node.out])).toEqual([
    ['source', 0, 5000],
    ['double', 5000, 5000],
    ['add', 5000, 5000],
    ['keep', 5000, 0],
  ])
})

test('stages say that they run on workers, and how much was sent there and back', async () => {
  const { stages } = await run(shapes({ shape: 'line', items: 5000 }) as never, place()).done
  expect(stages.map(({ nodes, runsOn }) => [nodes[0], runsOn])).toEqual([
    ['source', 'workers'],
    ['double', 'workers'],
    ['add', 'workers'],
    ['keep', 'caller'],
  ])
  const traffic = stages.map(({ sentBytes, receivedBytes }) => [sentBytes > 0, receivedBytes > 0])
  expect(traffic).toEqual([
    [false, true],
    [true, true],
    [true, true],
    [false, false],
  ])
})
