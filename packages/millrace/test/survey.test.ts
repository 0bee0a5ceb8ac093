/** Goal: where a survey says that terms run is where runs have them, under every strategy; and it opens and starts nothing. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AnyTerm, graph, run, type SchedulerOptions, SplitSourceTerm, surveyRun } from 'millrace'
import { describe, expect, test } from 'vitest'
import { strategies } from '../src/config/settings.ts'
import everyPlace from './fixtures/every-place.ts'
import splitJobs, { type Job } from './fixtures/split-jobs.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function surveyed(term: AnyTerm, scheduler: SchedulerOptions): Promise<Record<string, string>> {
  const places = await surveyRun(term, { scheduler })
  return Object.fromEntries(places.map(({ node, runsOn }) => [node.id, runsOn]))
}

async function ran(term: AnyTerm, scheduler: SchedulerOptions): Promise<Record<string, string>> {
  const { stages } = await run(term as never, { scheduler }).done
  return Object.fromEntries(stages.flatMap(({ nodes, runsOn }) => nodes.map((id) => [id, runsOn])))
}

describe.each(strategies)('%s', (strategy) => {
  test('terms of every kind', async () => {
    const scheduler = { strategy, workers: 2 }
    expect(await surveyed(everyPlace(), scheduler)).toEqual(await ran(everyPlace(), scheduler))
  })

  test('sources with splits', async () => {
    const file = join(temporaryFolder(), 'rows.ndjson')
    await writeFile(file, '{"at":1,"key":"a","ms":2}\n'.repeat(100))
    const scheduler = { strategy, workers: 2 }
    for (const job of ['windows', 'direct', 'both', 'some'] satisfies Job[]) {
      const make = (): AnyTerm => splitJobs({ job, file, splitBytes: 500 })
      expect([job, await surveyed(make(), scheduler)]).toEqual([job, await ran(make(), scheduler)])
    }
  })
})

test.each(['workers', 'caller'] as const)('pool, with states on %s', async (stateful) => {
  const scheduler = { strategy: 'pool', workers: 2, stateful } as const
  expect(await surveyed(everyPlace(), scheduler)).toEqual(await ran(everyPlace(), scheduler))
})

class Sealed extends SplitSourceTerm<number, number> {
  static opened = 0
  splits(): Iterable<number> {
    Sealed.opened++
    return [1]
  }
  openSplit(): number[] {
    Sealed.opened++
    return []
  }
}

test('a survey asks no source for anything', async () => {
  const sealed = graph(import.meta.url, () => new Sealed())
  for (const strategy of strategies) await surveyRun(sealed(), { scheduler: { strategy } })
  expect(Sealed.opened).toBe(0)
})

test('what a run would refuse is refused', async () => {
  await expect(surveyRun(everyPlace(), { terms: { mpa: { local: true } } })).rejects.toMatchObject({
    message: expect.stringContaining('Did you mean map?'),
  })
  const scheduler = { strategy: 'work-stealing', isolation: 'process' } as const
  await expect(surveyRun(everyPlace(), { scheduler })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

test('settings of single terms count, and are gone afterwards', async () => {
  const term = everyPlace()
  const scheduler = { strategy: 'pool', workers: 2 } as const
  const pinned = await surveyRun(term, { scheduler, terms: { map: { local: true } } })
  expect(pinned.find(({ node }) => node.id === 'map')).toMatchObject({
    runsOn: 'caller',
    why: 'it is pinned there: by itself, by local() or by a setting',
  })
  expect((await surveyed(term, scheduler))['map']).toBe('workers')
})
