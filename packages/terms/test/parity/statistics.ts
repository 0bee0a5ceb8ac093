/** The rows on statistics, and on running and watching a run. */

import { run, type Stats, toMermaid } from '@millrace/core'
import { SourceProbe, VirtualClock } from '@millrace/core/testing'
import { expect } from 'vitest'
import {
  collect,
  fromIterable,
  id,
  kruskalWallis,
  map,
  mean,
  oneSampleTTest,
  pairedTTest,
  plot,
  std,
  stdHull,
  sum,
  toArray,
} from '../../src/index.ts'

export const statisticRows = {
  'Sum(key), Mean, Std, StdHull(factor), dim 0: over time per key': async () => {
    const items = fromIterable([
      { x: 1, id: 'a' },
      { x: 3, id: 'b' },
    ])
    const last = async <Out>(results: Promise<Out[]>) => (await results).at(-1)
    expect(await last(toArray(items.pipe(sum({ keys: ['x'] }))))).toEqual({ x: 4 })
    expect(await last(toArray(items.pipe(mean({ keys: ['x'] }))))).toEqual({ x: 2 })
    expect(await last(toArray(items.pipe(std({ keys: ['x'] }))))).toEqual({ x: 1 })
    expect(await last(toArray(items.pipe(stdHull({ keys: ['x'], factor: 2 }))))).toEqual({
      x: { mean: 2, lower: 0, upper: 4 },
    })
  },

  'Sum, Mean, Std, StdHull, dim 1: across the keys of one item': async () => {
    const items = fromIterable([{ a: 1, b: 3 }])
    const over = 'keys'
    expect(await toArray(items.pipe(sum({ over })))).toEqual([4])
    expect(await toArray(items.pipe(mean({ over })))).toEqual([2])
    expect(await toArray(items.pipe(std({ over })))).toEqual([1])
    expect(await toArray(items.pipe(stdHull({ over })))).toEqual([{ mean: 2, lower: 1, upper: 3 }])
  },

  'OneSampleTTest(mean), PairedTTest, KruskalWallis: null until there are two samples': async () => {
    const [one, , third] = await toArray(fromIterable([5.1, 4.9, 5.6]).pipe(oneSampleTTest(5)))
    expect(one).toEqual({ count: 1, t: null, p: null })
    expect([third?.t, third?.p]).toEqual([
      expect.closeTo(0.9607689228305, 9),
      expect.closeTo(0.43804851305, 9),
    ])
    const pairs = fromIterable([
      [7, 6],
      [9, 7],
      [8, 7],
    ])
    expect((await toArray(pairs.pipe(pairedTTest()))).at(-1)).toEqual({
      count: 3,
      t: expect.closeTo(4, 9),
      p: expect.closeTo(0.0571909584179, 9),
    })
    const groups = fromIterable<object>([{ a: 1 }, { b: 2 }, { a: 3, b: 4 }, { a: 5, b: 9 }])
    const results = await toArray(groups.pipe(kruskalWallis()))
    expect(results[0]).toEqual({ count: 1, h: null, p: null })
    expect(results.at(-1)).toEqual({
      count: 6,
      h: expect.closeTo(0.4285714285714, 9),
      p: expect.closeTo(0.5126907602619, 9),
    })
  },

  'start, stop, join, cancel': async () => {
    const term = fromIterable([1, 2, 3]).pipe(collect<number>())
    expect((await run(term).done).outcome).toBe('completed')
    const idle = run(new SourceProbe<number>().pipe(id()))
    expect((await idle.stop()).outcome).toBe('stopped')
    const cancelled = run(new SourceProbe<number>().pipe(id()))
    await cancelled.cancel('enough')
    await expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
  },

  'stats per term: reads and writes': async () => {
    const { nodes, stages, edges } = await run(
      fromIterable([1, 2, 3]).pipe(
        map((n) => n),
        collect(),
      ),
    ).done
    expect(nodes.map(({ id, in: taken, out }) => [id, taken, out])).toEqual([
      ['fromIterable', 0, 3],
      ['map', 3, 3],
      ['collect', 3, 0],
    ])
    expect(stages.every(({ processingMs, activations }) => processingMs >= 0 && activations > 0)).toBe(true)
    expect(edges.every(({ items }) => items === 0)).toBe(true)
  },

  'dashboard.Plot, show_stats(circuit): the figures and the graph to draw': async () => {
    const clock = new VirtualClock()
    const source = new SourceProbe<number>()
    const term = source.pipe(id().named('x'))
    const running = run(term, { clock, statsEveryMs: 100 })
    const seen: Stats[] = []
    running.on('stats', (stats) => seen.push(stats))
    source.send(1, 2)
    await clock.advance(100)
    expect(seen.map(({ items }) => items.in)).toEqual([2])
    expect(toMermaid(term)).toContain('x')
    await running.stop()
  },

  'plot.Plot: a picture': async () => {
    const picture = plot<{ x: number; y: number }>({ x: 'x', y: 'y' })
    const points = [
      { x: 1, y: 1 },
      { x: 2, y: 4 },
    ]
    const { mark, data } = (await run(fromIterable(points).pipe(picture)).done).result(picture)
    expect([mark, data.values.map(({ x, y }) => [x, y])]).toEqual([
      'line',
      [
        [1, 1],
        [2, 4],
      ],
    ])
  },

  'thread_pool.py: threads, their use and their failures': async () => {
    const { threads } = await run(fromIterable([1]).pipe(id())).done
    expect(threads).toMatchObject({ budget: 0, peak: 0, errors: 0, workers: [] })
  },
}
