// Every term goes on from a checkpoint as if nothing had happened, or is refused; which ones are, stands here.

import { type Random as Chance, MemoryStore, Random } from '@millrace/core/testing'
import { compileGraph, reasonAgainst, run } from 'millrace'
import { expect, test } from 'vitest'
import { graphs } from './fixtures/every-term.ts'

const KILLS = 5

/** Sources that come once or come by the clock, and coroutines that wait for something of their own. */
const REFUSED = [
  'fromIterable, formatted',
  'fromAsyncIterable',
  'fromReadable',
  'fromEvents',
  'interval',
  'retrySource',
  'buffer, by number and time',
  'switchMap',
  'audit',
  'conflate',
  'debounce',
  'sample',
  'timeout',
  'through',
  'compress',
  'decompress',
  'parseJson',
  'rx',
  'rxTimed',
  'fromObservable',
  'spawnBy',
]

/** What runs of a term give that are killed again and again, and how often they were gone on with. */
async function resumed(term: string, chance: Chance) {
  let store = new MemoryStore()
  let resumes = 0
  for (let kills = 0; ; kills++) {
    let left = kills === KILLS ? Number.POSITIVE_INFINITY : 1 + chance.below(40)
    let remains: MemoryStore | undefined
    const running = run((graphs[term] as () => Parameters<typeof run>[0])() as never, {
      edges: { capacityItems: 7 },
      batchItems: 5,
      checkpoint: { store, everyItems: 1 + chance.below(9) },
      pick: (count) => {
        if (--left === 0) {
          remains = store.copy()
          void running.cancel('killed')
        }
        return count - 1
      },
    })
    running.on('resume', () => resumes++)
    const summary = await running.done.catch((error: unknown) => {
      if (remains === undefined) throw error
    })
    if (summary !== undefined && remains === undefined) return { summary, resumes }
    store = remains as MemoryStore
  }
}

function reasonsAgainst(term: string): string[] {
  const { nodes } = compileGraph((graphs[term] as () => Parameters<typeof compileGraph>[0])())
  return nodes.filter((node) => reasonAgainst(node) !== undefined).map(({ id }) => id)
}

const terms = Object.keys(graphs)
const refused = terms.filter((term) => reasonsAgainst(term).length > 0)

test('these are refused, and no others', () => {
  expect(refused).toEqual(REFUSED)
})

test('the others give what they give undisturbed', { timeout: 120_000 }, async () => {
  const chance = new Random(5)
  let resumes = 0
  for (const term of terms.filter((each) => !refused.includes(each))) {
    const undisturbed = await run((graphs[term] as () => Parameters<typeof run>[0])() as never).done
    const { summary, resumes: more } = await resumed(term, chance)
    resumes += more
    expect(summary.results, term).toEqual(undisturbed.results)
    expect(summary.items.discarded, term).toBe(0)
  }
  expect(resumes).toBeGreaterThan(terms.length)
})
