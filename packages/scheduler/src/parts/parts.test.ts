/** Goal: a graph cut into parts does what it does on one thread: stalls, cycles, early ends, drops, steering, life cycle. */

import { type Run, run, type Term } from '@millrace/core'
import { isBalanced } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import shapes, { type ShapeParams, TRACED, type Traces } from '../../test/fixtures/shapes.ts'
import type { SchedulerOptions } from '../options.ts'
import { placementFor } from '../placement-for.ts'

type Options = NonNullable<Parameters<typeof run>[1]>

const strategies: Readonly<Record<string, SchedulerOptions>> = {
  'a worker per term': { strategy: 'dedicated' },
  'two workers': { strategy: 'dedicated', workers: 2, fallback: 'share' },
  'one worker': { strategy: 'dedicated', workers: 1, fallback: 'share' },
  hybrid: { strategy: 'hybrid', workers: 1 },
}

const newTraces = (): Traces => ({ cells: new Int32Array(new SharedArrayBuffer(TRACED * 8)) })
const codeOf = (run: Pick<Run, 'done'>): Promise<unknown> =>
  run.done.then(
    () => 'done',
    (error: { readonly code: unknown }) => error.code,
  )

describe.each(Object.entries(strategies))('%s', (_, scheduler) => {
  const start = (params: ShapeParams, options: Options = {}): Run<number> => {
    const placement = placementFor(scheduler)
    const term = shapes(params) as unknown as Term<never, number>
    return run(term, { ...options, ...(placement === undefined ? {} : { placement }) })
  }
  const keptBy = async (params: ShapeParams, options: Options = {}): Promise<unknown> => {
    const { results, items } = await start(params, options).done
    expect([isBalanced(items), items.discarded]).toEqual([true, 0])
    return results['keep']
  }

  test.each(['line', 'text', 'diamond', 'take'])('%s: the same answer as inline', async (shape) => {
    const inline = await run(shapes({ shape }) as unknown as Term<never, never>).done
    expect(await keptBy({ shape })).toEqual(inline.results['keep'])
  })

  test('a filtered diamond over small edges is resolved by growing them', async () => {
    const running = start({ shape: 'diamond', items: 1000 }, { edges: { capacityItems: 4 } })
    const { results, grown } = await running.done
    expect(results['keep']).toHaveLength(10)
    expect(grown).toBeGreaterThan(0)
  })

  test('a diamond that may not grow fails, and names who waits for whom', async () => {
    const options = { edges: { capacityItems: 4 }, growthLimitItems: 4 }
    const error: unknown = await start({ shape: 'diamond' }, options).done.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'STALLED' })
    expect((error as Error).message).toContain('"all" waits for room on its full edge to "keep" (4 items)')
    expect((error as Error).message).toContain('"keep" waits for an item from "some"')
  })

  test('a feedback loop ends when it is dry, with every item', async () => {
    const inline = await run(shapes({ shape: 'feedback', items: 200 }) as unknown as Term<never, never>).done
    const sorted = (items: unknown): unknown => [...(items as number[])].sort((a, b) => a - b)
    for (const capacityItems of [2, 1024]) {
      const kept = await keptBy({ shape: 'feedback', items: 200 }, { edges: { capacityItems } })
      expect(sorted(kept)).toEqual(sorted(inline.results['keep']))
    }
  })

  test('a coroutine that waits elsewhere hides no stall', async () => {
    const running = start({ shape: 'diamond beside a wait' }, { edges: { capacityItems: 4 } })
    let grown = 0
    running.on('stall', () => void (++grown === 3 && running.cancel()))
    expect(await codeOf(running)).toBe('CANCELLED')
  })

  test('terms that wait for each other are found out', async () => {
    expect(await codeOf(start({ shape: 'starved' }, { growthLimitItems: 1024 }))).toBe('STALLED')
  })

  test('an output is read where the run was started; leaving it early ends the run', async () => {
    const all: unknown[] = []
    const whole = start({ shape: 'open', items: 3000 })
    for await (const item of whole.output()) all.push(item)
    expect(all).toEqual(Array.from({ length: 3000 }, (_, i) => 2 * i))
    expect((await whole.done).items.out).toBe(3000)

    const running = start({ shape: 'endless' }, { edges: { capacityItems: 16 } })
    const some: unknown[] = []
    for await (const item of running.output()) if (some.push(item) === 50) break
    const { outcome, items, edges } = await running.done
    expect([outcome, isBalanced(items), items.discarded, some.length]).toEqual(['completed', true, 0, 50])
    for (const { peakItems } of edges) expect(peakItems).toBeLessThanOrEqual(16)
  })

  test('an output that is closed before the start ends the run', async () => {
    const running = start({ shape: 'endless' })
    await running.output().return?.()
    expect((await running.done).items.discarded).toBe(0)
  })

  test('items are dropped by policy, and every drop is counted', async () => {
    for (const shape of ['drop', 'latest']) {
      const { results, items } = await start({ shape, items: 2000 }).done
      const kept = results['keep'] as number[]
      expect([isBalanced(items), items.discarded, items.dropped]).toEqual([true, 0, 2000 - kept.length])
      expect(kept).toEqual([...kept].sort((a, b) => a - b))
      expect(kept.at(-1)).toBe(1999)
    }
    expect(await codeOf(start({ shape: 'overflow' }))).toBe('EDGE_OVERFLOW')
  })

  test('source times travel', async () => {
    const before = Date.now()
    const kept = (await keptBy({ shape: 'stamp', items: 10 })) as number[]
    expect(kept).toHaveLength(10)
    for (const time of kept) expect(time).toBeGreaterThanOrEqual(before)
  })

  test('stop, before the start and in mid-run, drains', async () => {
    for (const turns of [0, 1, 50]) {
      const running = start({ shape: 'endless to sink' })
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      const { outcome, items, results } = await running.stop()
      const kept = results['keep'] as number[]
      expect([outcome, items.discarded, isBalanced(items)]).toEqual(['stopped', 0, true])
      expect(kept).toEqual(kept.map((_, i) => 2 * i))
    }
  })

  test('a run that is paused from the start goes on when it is resumed', async () => {
    const running = start({ shape: 'line' })
    running.pause()
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(running.stats().items.out).toBe(0)
    running.resume()
    expect((await running.done).items.out).toBe(1000)
  })

  test('terms are entered in order over all threads, and exit once', async () => {
    const traces = newTraces()
    await start({ shape: 'traced', traces }).done
    expect([...traces.cells]).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('after a cancel every term that was entered has exited, once', async () => {
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21, 200]) {
      const traces = newTraces()
      const running = start({ shape: 'traced endless', traces })
      const outcome = codeOf(running)
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      await running.cancel('enough')
      expect(await outcome).toBe('CANCELLED')
      expect([...traces.cells.subarray(TRACED)]).toEqual([...traces.cells.subarray(0, TRACED)])
    }
  })

  test('a cancel does not wait for an enter that never settles', async () => {
    const traces = newTraces()
    const running = start({ shape: 'traced and stuck', traces })
    let outcome: unknown
    const ended = codeOf(running).then((code) => {
      outcome = code
    })
    while (traces.cells[TRACED - 1] === 0 && outcome === undefined) await new Promise(setImmediate)
    await running.cancel()
    await ended
    expect(outcome).toBe('CANCELLED')
    expect([...traces.cells]).toEqual([1, 1, 1, 1, 1, 1])
  })
})
