/** Goal: the pool keeps the contract, and none of the ways in which a term or a worker goes wrong reaches a user raw. */

import { type Health, kernelTerm, moduleTerm, run, SinkTerm, type Term } from '@millrace/core'
import { expect, test } from 'vitest'
import misfits from '../../test/fixtures/misfits.ts'
import stepGraph from '../../test/fixtures/step-graphs.ts'
import unstable from '../../test/fixtures/unstable.ts'
import { contract } from '../contract.case.ts'
import type { SchedulerOptions } from '../options.ts'
import { placementFor } from '../placement-for.ts'

for (const workers of [1, 2, 5]) contract({ strategy: 'pool', workers }, { graphs: 25 })
contract({ strategy: 'pool', workers: 2, stateful: 'workers' }, { graphs: 25 })
contract({ strategy: 'pool', workers: 2, isolation: 'process' }, { graphs: 5 })
contract({ strategy: 'pool', workers: 3, minWorkers: 1, adaptive: true }, { graphs: 25 })

const start = (how: string, items = 100, workers = 2) => {
  const placement = placementFor({ strategy: 'pool', workers })
  return run(misfits({ how, items }), placement === undefined ? {} : { placement })
}
const failure = (how: string) =>
  start(how).done.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error,
  )

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
})

test('what is thrown and no error arrives as it was', async () => {
  expect(await failure('throw-text')).toMatchObject({ code: 'TERM_FAILED', cause: 'just text' })
})

test('process.exit in a term is an error of that term, and the pool goes on', async () => {
  expect(await failure('exit')).toMatchObject({
    code: 'TERM_FAILED',
    term: 'Misfit',
    cause: { code: 'PROCESS_EXIT' },
  })
  expect((await start('nothing').done).results['sink']).toHaveLength(100)
})

test('a result that cannot be cloned names the term and the path', async () => {
  const error = await failure('function')
  expect(error).toMatchObject({ code: 'TERM_FAILED', term: 'Misfit', cause: { code: 'NOT_CLONEABLE' } })
  expect((error as Error).message).toContain('item.rows[1].onDone is a function')
})

test('a function that never returns is ended by cancel, and the pool goes on', async () => {
  const running = start('hang')
  running.done.catch(() => {})
  for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate)
  await running.cancel('too long')
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect((await start('nothing').done).results['sink']).toHaveLength(100)
})

test('an item that takes its worker down is found, and named with what the worker died of; the run tells that it is not well', async () => {
  const running = start('leave')
  const told: Health[] = []
  running.on('health', (health) => told.push(health))
  const lost = { code: 'TERM_FAILED', term: 'Misfit', item: 40 }
  await expect(running.done).rejects.toMatchObject({ ...lost, cause: { cause: { code: 'WORKER_ENDED' } } })
  const counts = { missing: 0, denied: 0, refused: 0 }
  expect(told).toEqual([{ level: 'yellow', lost: 2, ...counts }])
  expect(running.stats().threads).toMatchObject({
    errors: 3,
    health: { level: 'yellow', lost: 3, ...counts },
  })
  expect(await failure('unhandled')).toMatchObject({
    ...lost,
    cause: { code: 'CALL_LOST', cause: { message: 'nobody listens' } },
  })
  expect((await start('nothing').done).results['sink']).toHaveLength(100)
})

test('a worker that came after others that were lost says how many', async () => {
  await expect(start('leave', 100, 1).done).rejects.toMatchObject({ code: 'TERM_FAILED' })
  const { results, threads } = await start('nothing', 100, 1).done
  expect(results['sink']).toHaveLength(100)
  expect(threads.workers.map(({ restarts }) => Math.sign(restarts))).toEqual([1])
})

test('an item that cannot be cloned names the term and the path', async () => {
  const error = await failure('input')
  expect(error).toMatchObject({ code: 'TERM_FAILED', term: 'Misfit', cause: { code: 'NOT_CLONEABLE' } })
  expect((error as Error).message).toContain('item.go is a function')
})

test('a stateless term that keeps something is told so', async () => {
  expect(((await failure('field')) as Error).message).toContain('read only property')
  expect(((await failure('state')) as Error).message).toContain('initialState()')
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

async function runAll(
  term: Term<number, unknown>,
  options: SchedulerOptions,
  items: readonly unknown[] = [1, 2, 3],
) {
  const source = { kind: 'source', self: {}, f: () => items as readonly number[] } as const
  const numbers = kernelTerm<never, number>('numbers', source)
  const kept = new Kept()
  const placement = placementFor(options)
  const summary = await run(numbers.pipe(term, kept), placement === undefined ? {} : { placement }).done
  return { kept: summary.result(kept), runsOn: summary.stages.map(({ runsOn }) => runsOn) }
}

async function answer(...given: Parameters<typeof runAll>): Promise<unknown> {
  return (await runAll(...given)).kept
}

test('module terms and open graph modules run in workers, each as itself', async () => {
  const steps = new URL('../../test/fixtures/steps.mjs', import.meta.url)
  const double = moduleTerm<number, number>(steps, { export: 'double' })
  const increment = moduleTerm<number, number>(steps, { export: 'increment' })
  const { kept, runsOn } = await runAll(double.pipe(increment), { strategy: 'pool', workers: 2 })
  expect(kept).toEqual([3, 5, 7])
  expect(runsOn).toEqual(['caller', 'workers', 'workers', 'caller'])
  const graphs = stepGraph({ by: 10 }).pipe(stepGraph({ by: 100 }))
  expect(await answer(graphs, { strategy: 'pool', workers: 2 })).toEqual([111, 112, 113])
})

test('what waits behind a long item goes to a worker that has nothing to do', async () => {
  const flags = new URL('../../test/fixtures/flags.mjs', import.meta.url)
  const pass = moduleTerm<number, unknown>(flags, { export: 'pass' })
  const flag = new Int32Array(new SharedArrayBuffer(8))
  // the first one waits for the third, which was sent to the same worker
  const items = ['wait', 'go', 'raise', 'go'].map((does, name) => ({ name, flag, does }))
  expect(await answer(pass, { strategy: 'pool', workers: 2 }, items)).toEqual([0, 1, 2, 3])
})

test('workers can be processes', async () => {
  const options = { strategy: 'pool', workers: 1, isolation: 'process', idleTimeoutMs: 500 } as const
  expect(await answer(stepGraph({ by: 1 }), options)).toEqual([2, 3, 4])
})

test('promises are awaited in the worker, in order', async () => {
  expect((await start('promise').done).results['sink']).toEqual(Array.from({ length: 100 }, (_, i) => i))
})

test('a worker that builds another graph is found out', async () => {
  const placement = placementFor({ strategy: 'pool', workers: 1 })
  const { done } = run(unstable(), placement === undefined ? {} : { placement })
  const error = await done.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'GRAPH_MISMATCH' })
  expect((error as Error).message).toContain('"here"')
  expect((error as Error).message).toContain('"there"')
})

test('the summary tells what the workers did', async () => {
  const { threads, stages } = await start('nothing', 5000).done
  expect(threads.budget).toBe(2)
  expect(threads.peak).toBeGreaterThan(0)
  expect(threads.peak).toBeLessThanOrEqual(2)
  expect(threads.errors).toBe(0)
  expect(threads.workers.reduce((sum, { activations }) => sum + activations, 0)).toBeGreaterThan(0)
  for (const { utilisation, heapBytes } of threads.workers) {
    expect(utilisation).toBeGreaterThan(0)
    expect(utilisation).toBeLessThanOrEqual(1)
    expect(heapBytes).toBeGreaterThan(0)
  }
  expect(stages.map(({ runsOn }) => runsOn)).toEqual(['caller', 'workers', 'caller'])
  // a number is estimated at 8 bytes
  expect(stages.map(({ sentBytes, receivedBytes }) => [sentBytes, receivedBytes])).toEqual([
    [0, 0],
    [40_000, 40_000],
    [0, 0],
  ])
  for (const {
    busyShare,
    waitingShare,
    backpressuredShare,
    idleShare,
    meanBatchItems,
    queuedItems,
  } of stages) {
    expect(busyShare + waitingShare + backpressuredShare + idleShare).toBeCloseTo(1, 9)
    expect(meanBatchItems).toBeGreaterThanOrEqual(1)
    expect(queuedItems).toBe(0)
  }
})
