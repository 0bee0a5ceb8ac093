/** Goal: the whole job gives what a plain comparison of every gloss with every other gives. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'millrace'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import nearDuplicatesGraph, { main } from './10-near-duplicates.ts'
import { bruteForce } from './near-duplicates/brute-force.ts'
import { normalise } from './near-duplicates/normalise.ts'
import { pairLine } from './near-duplicates/pairs.ts'
import { shingles } from './near-duplicates/shingles.ts'
import { synsets } from './near-duplicates/wordnet.fixture.ts'

const LIMIT = 800

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'near-duplicates-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.restoreAllMocks()
})

test('finds the pairs that brute force finds among 3,200 glosses, in order', async () => {
  const printed: unknown[] = []
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(line))
  const out = join(folder, 'pairs.ndjson')
  const summary = await main({ out, limit: LIMIT })

  const records = (['noun', 'verb', 'adj', 'adv'] as const)
    .flatMap((file) => synsets(file).slice(0, LIMIT))
    .map((synset) => ({ ...synset, shingles: shingles(normalise(synset.gloss)) }))
  const expected = bruteForce(records, 0.8).map(pairLine)
  expect(expected.length).toBeGreaterThan(2)
  expect(readFileSync(out, 'utf8').split('\n').slice(0, -1)).toEqual(expected)
  expect(printed).toEqual([
    `${records.length} glosses, ${expected.length} pairs of near duplicates -> ${out}`,
  ])
  expect(summary.items.discarded).toBe(0)
})

test('the file has the same bytes under every strategy', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const answers = new Map<string, string>()
  for (const strategy of ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid'] as const) {
    const out = join(folder, strategy)
    await run(nearDuplicatesGraph({ out, limit: 3000 }), { scheduler: { strategy, workers: 2 } }).done
    answers.set(strategy, readFileSync(out, 'utf8'))
  }
  expect(answers.get('inline')?.split('\n').length).toBeGreaterThan(20)
  expect([...new Set(answers.values())]).toEqual([answers.get('inline')])
})
