/** Goal: what never ends, in a run that was cancelled, keeps workers from other runs for no longer than a moment. */

import { setEnvironmentData } from 'node:worker_threads'
import { run } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import awaiting from '../test/fixtures/hangs-awaiting.mjs'
import looping from '../test/fixtures/hangs-looping.mjs'
import numbers from '../test/fixtures/quiet-graph.mjs'
import type { SchedulerOptions } from './options.ts'
import { placementFor } from './placement-for.ts'

const hangs = { awaiting, looping }
let crews = 0

describe.each(['pool', 'work-stealing'] as const)('%s', (strategy) => {
  /** By its idle time-out two runs share a crew, and no others do. */
  const makeCrew = () => {
    const options: SchedulerOptions = { strategy, workers: 1, idleTimeoutMs: 60_000 + ++crews }
    return (graph: typeof numbers, params: Parameters<typeof numbers>[0]) => {
      const placement = placementFor(options)
      return run(graph(params), placement === undefined ? {} : { placement })
    }
  }

  test.each([
    ['awaiting', true],
    ['awaiting', false],
    ['looping', true],
    ['looping', false],
  ] as const)('a module that hangs, %s, in a run without items: %s', async (how, isQuiet) => {
    const start = makeCrew()
    const loading = new Int32Array(new SharedArrayBuffer(4))
    setEnvironmentData('loading', loading as never)
    const hanging = start(hangs[how], { isQuiet })
    hanging.done.catch(() => {})
    const hasSent = () => hanging.stats().stages.some(({ sentBytes }) => sentBytes > 0)
    while (Atomics.load(loading, 0) === 0 || !(isQuiet || hasSent())) await new Promise(setImmediate)
    await hanging.cancel('enough')
    expect((await start(numbers, {}).done).results['keep']).toEqual([1, 2, 3])
  })

  test('a promise that never settles', async () => {
    const start = makeCrew()
    const flag = new Int32Array(new SharedArrayBuffer(4))
    const hanging = start(numbers, { flag })
    hanging.done.catch(() => {})
    while (Atomics.load(flag, 0) === 0) await new Promise(setImmediate)
    await hanging.cancel('enough')
    expect((await start(numbers, {}).done).results['keep']).toEqual([1, 2, 3])
  })
})
