/**
 * Goal: where workers open the splits of a source and fold what is in them, the answer is that of the caller's thread, to
 * the last bit: whatever the size of the splits, the number of workers and the strategy, and also if workers are lost.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ledger, run, type SchedulerOptions } from 'millrace'
import { killWorkers } from 'millrace/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import slowCombine from './fixtures/slow-combine.ts'
import splitJobs, { type Job, names } from './fixtures/split-jobs.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-splits-'))
  file = join(folder, 'rows.ndjson')
  let text = ''
  for (let n = 0; n < 3000; n++) {
    const row = { at: n * 7 - (n % 11) * 60, key: `k${(n * n) % 13}`, ms: ((n * 7919) % 10007) / 97 }
    text += `${JSON.stringify(row)}\n`
  }
  await writeFile(file, text)
  const records = Array.from(
    { length: 2000 },
    (_, n) => `city ${n % 7},"a ""note""${'\n'.repeat(n % 3)} of ${n}"`,
  )
  await writeFile(`${file}.csv`, `city,note\r\n${records.join('\r\n')}`)
})
afterAll(() => rm(folder, { recursive: true }))

interface Answer {
  readonly items: unknown[]
  readonly ledger: Ledger
  readonly onWorkers: boolean
}

async function answerOf(
  job: Job,
  splitBytes: number,
  scheduler: SchedulerOptions,
  seed?: number,
): Promise<Answer> {
  const running = run(splitJobs({ job, file, splitBytes }), { scheduler })
  const killer = seed === undefined ? undefined : killWorkers(running, { seed, everyMs: 15, kills: 3 })
  const items: unknown[] = []
  for await (const item of running.output()) items.push(item)
  const { items: ledger } = await running.done
  killer?.stop()
  const { stages } = running.stats()
  return {
    items,
    ledger,
    onWorkers: stages.some(({ runsOn, nodes }) => runsOn === 'workers' && nodes.length > 1),
  }
}

test.each(['dedicated', 'hybrid', 'processes'] as const)('%s: the same answers', async (kind) => {
  const scheduler: SchedulerOptions =
    kind === 'processes'
      ? { strategy: 'pool', isolation: 'process', workers: 2 }
      : { strategy: kind, workers: 2 }
  for (const job of names) {
    if (job === 'some') continue
    const inline = await answerOf(job, 2000, { strategy: 'inline' })
    const answer = await answerOf(job, 2000, scheduler)
    expect(answer.items, job).toEqual(inline.items)
    expect(answer.ledger, job).toEqual(inline.ledger)
  }
})

describe.each(['pool', 'work-stealing'] as const)('%s', (strategy) => {
  test.each(names)('%s: the answer and the ledger of the caller’s thread', async (job) => {
    const inline = await answerOf(job, 1000, { strategy: 'inline' })
    expect(inline.items.length).toBeGreaterThan(0)
    for (const [workers, splitBytes] of [
      [1, 5000],
      [2, 333],
      [3, 20_000],
      [2, 10_000_000],
    ] as const) {
      if (job === 'own' && splitBytes !== 5000) continue
      const expected = job === 'own' ? await answerOf(job, splitBytes, { strategy: 'inline' }) : inline
      const shared = await answerOf(job, splitBytes, { strategy, workers })
      expect(shared.items, `${workers} workers, splits of ${splitBytes} bytes`).toEqual(expected.items)
      expect(shared.onWorkers).toBe(true)
      // a take leaves what was read ahead, which is another number each time
      if (job !== 'some') expect(shared.ledger).toEqual(expected.ledger)
    }
  })

  test('splits down to one byte', async () => {
    const small = join(folder, `small-${strategy}.ndjson`)
    await writeFile(
      small,
      '{"at":1,"key":"a","ms":3}\n{"at":2,"key":"é","ms":4}\r\n\n{"at":3,"key":"b","ms":0.1}',
    )
    for (const job of ['windows', 'direct', 'both'] as const) {
      const all = await Promise.all(
        [1, 2, 3, 29].map(async (splitBytes) => {
          const running = run(splitJobs({ job, file: small, splitBytes }), {
            scheduler: { strategy, workers: 2 },
          })
          return collect(running.output())
        }),
      )
      const running = run(splitJobs({ job, file: small, splitBytes: 1 }))
      expect(all).toEqual(Array(4).fill(await collect(running.output())))
    }
  })

  test.each(['windows', 'both', 'order'] as const)(
    '%s: workers that are lost cost time and nothing else',
    async (job) => {
      const inline = await answerOf(job, 1000, { strategy: 'inline' })
      for (let seed = 1; seed <= 2; seed++) {
        const shared = await answerOf(job, 700, { strategy, workers: 2 }, seed)
        expect(shared.items, `seed ${seed}`).toEqual(inline.items)
        expect(shared.ledger).toEqual(inline.ledger)
      }
    },
  )

  test('a line that is no JSON is told with its number and file', async () => {
    const broken = join(folder, `broken-${strategy}.ndjson`)
    await writeFile(broken, `${'{"at":1,"key":"a","ms":3}\n'.repeat(500)}{"at":\n`)
    const running = run(splitJobs({ job: 'direct', file: broken, splitBytes: 900 }), {
      scheduler: { strategy, workers: 2 },
    })
    await expect(running.done).rejects.toMatchObject({
      code: 'TERM_FAILED',
      term: 'ndjson',
      phase: 'generate',
      message: expect.stringContaining(`Line 501 of ${broken} is no JSON`),
    })
  })

  test('a source that fails before it has splits is named', async () => {
    const running = run(splitJobs({ job: 'unsplit', file, splitBytes: 1 }), { scheduler: { strategy } })
    await expect(running.done).rejects.toMatchObject({
      code: 'TERM_FAILED',
      phase: 'generate',
      message: expect.stringContaining('no splits'),
    })
  })

  test('splits that fail when they are let go fail the run, as they do on the caller’s thread', async () => {
    for (const scheduler of [{ strategy: 'inline' }, { strategy, workers: 2 }] as const) {
      const running = run(splitJobs({ job: 'clinging', file, splitBytes: 1 }), { scheduler })
      await expect(running.done, scheduler.strategy).rejects.toMatchObject({
        code: 'TERM_FAILED',
        term: 'Clinging',
        phase: 'generate',
        cause: { name: 'RangeError', message: 'not let go' },
      })
    }
  })

  test('a run that is stopped, or cancelled, settles', async () => {
    const stopped = run(splitJobs({ job: 'windows', file, splitBytes: 300 }), {
      scheduler: { strategy, workers: 2 },
    })
    await stopped.output()[Symbol.asyncIterator]().next()
    expect((await stopped.stop()).outcome).toBe('stopped')
    const cancelled = run(splitJobs({ job: 'windows', file, splitBytes: 300 }), {
      scheduler: { strategy, workers: 2 },
    })
    const rejects = expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
    await cancelled.cancel('enough')
    await rejects
  })
})

async function collect(output: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of output) items.push(item)
  return items
}

test('parts of a fold that are merged to a promise are refused', async () => {
  const { done } = run(slowCombine({ file }), { scheduler: { strategy: 'pool', workers: 2 } })
  await expect(done).rejects.toMatchObject({
    ...{ code: 'TERM_FAILED', term: 'reduce' },
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('combine of reduce') },
  })
})
