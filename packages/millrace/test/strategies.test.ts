/** Goal: whatever the strategy, a run can be stopped and cancelled, and leaves nothing behind, however many there are. */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { run } from 'millrace'
import { describe, expect, test } from 'vitest'
import { strategies } from '../src/config/settings.ts'
import endless from './fixtures/endless.ts'

const manyRuns = fileURLToPath(new URL('./fixtures/many-runs.mjs', import.meta.url))

interface Held {
  readonly threads: number
  readonly handles: readonly string[]
  readonly heapMb: number
}

describe.each(strategies)('%s', (strategy) => {
  const start = () => {
    const running = run(endless({}), { scheduler: { strategy, workers: 2 } })
    // the first items have arrived
    const moving = (async () => {
      while (running.stats().items.out < 1000) await new Promise(setImmediate)
    })()
    return { running, moving }
  }

  test('stop drains: everything that came in comes out', async () => {
    const { running, moving } = start()
    await moving
    await running.stop()
    const { outcome, items, results } = await running.done
    expect([outcome, items.out, items.discarded]).toEqual(['stopped', items.in, 0])
    const squares = Object.values(results)[0] as readonly number[]
    expect(squares.every((square, n) => square === n * n)).toBe(true)
  })

  test('cancel ends a run in the middle, pause holds it', async () => {
    const { running, moving } = start()
    await moving
    running.pause()
    running.resume()
    await running.cancel('enough')
    await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test.runIf(process.platform === 'linux')('five hundred runs hold what ten held', () => {
    const options = { encoding: 'utf8', timeout: 110_000 } as const
    const line = execFileSync(process.execPath, ['--expose-gc', manyRuns, strategy, '500'], options)
    const { answers, first, last } = JSON.parse(line) as {
      readonly answers: readonly string[]
      readonly first: Held
      readonly last: Held
    }
    expect(answers).toEqual(['[[2,8,20,40,70]]'])
    expect(last.threads).toBe(first.threads)
    expect([first.handles, last.handles]).toEqual([[], []])
    expect(last.heapMb).toBeLessThan(first.heapMb + 4)
  })
})
