/**
 * Goal: thenables are adopted as the language does it, and what is thrown or given may be hostile or impossible to clone:
 * under every strategy the call is what it is on the caller's thread, or fails with its term, and its policy applies.
 */

import { type DeadLetter, LostItem, run, type TermError } from '@millrace/core'
import { propertyOf } from '@millrace/core/engine'
import { checkLedger } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import oddCalls, { deedsOf, kinds, type OddParams } from '../test/fixtures/odd-calls.ts'
import type { SchedulerOptions } from './options.ts'
import { placementFor } from './placement-for.ts'

const places: readonly SchedulerOptions[] = [
  { strategy: 'inline' },
  { strategy: 'dedicated' },
  { strategy: 'dedicated', workers: 1 },
  { strategy: 'pool', workers: 1 },
  { strategy: 'pool', workers: 1, isolation: 'process' },
  { strategy: 'work-stealing', workers: 1 },
  { strategy: 'hybrid', workers: 1 },
  { strategy: 'hybrid', workers: 1, isolation: 'process' },
]

/** What the run gave, its letters, and what it failed with. */
async function played(params: OddParams, scheduler: SchedulerOptions) {
  const placement = placementFor({ ...scheduler, fallback: 'share' })
  const running = run(oddCalls(params), placement === undefined ? {} : { placement })
  const letters: DeadLetter[] = []
  running.on('deadLetter', (letter) => letters.push(letter))
  try {
    const summary = await running.done
    checkLedger(summary)
    return { kept: summary.results['keep'], letters }
  } catch (error) {
    return { failure: error as TermError }
  }
}

const ADOPTED = deedsOf.slice(0, 3)

describe.each(places)('$strategy, $isolation, $workers', (scheduler) => {
  test.each(ADOPTED)('one that %s is one result', async (deed) => {
    for (const kind of kinds) {
      const { kept, letters } = await played({ kind, deed, onError: 'fail' }, scheduler)
      expect([kind, kept, letters]).toEqual([kind, [1, 20, 3], []])
    }
  })

  test.each(deedsOf.filter((deed) => !ADOPTED.includes(deed)))(
    'one that %s is a failure of the call',
    async (deed) => {
      for (const kind of kinds) {
        const { kept, letters = [] } = await played({ kind, deed, onError: 'skip' }, scheduler)
        expect([kind, kept, letters.map(({ term, item, kind }) => [term, item, kind])]).toEqual([
          kind,
          [1, 3],
          [['odd', { n: 2 }, 'error']],
        ])
        const { failure } = await played({ kind, deed, onError: 'fail' }, scheduler)
        expect([kind, failure]).toMatchObject([kind, { code: 'TERM_FAILED', term: 'odd', item: { n: 2 } }])
      }
    },
  )

  test('fields of an error that cannot be cloned do not hide it', async () => {
    const deed = 'throws a field that cannot be cloned'
    const { letters = [] } = await played({ kind: 'map', deed, onError: 'skip' }, scheduler)
    const { failure } = await played({ kind: 'map', deed, onError: 'fail' }, scheduler)
    for (const error of [letters[0]?.error, failure?.cause]) {
      expect(error).toBeInstanceOf(RangeError)
      expect([propertyOf(error, 'message'), propertyOf(error, 'code'), propertyOf(error, 'limit')]).toEqual([
        'odd',
        'E_ODD',
        3,
      ])
      expect(propertyOf(error, 'cause')).toMatchObject({ name: 'TypeError', message: 'inner' })
      if (scheduler.strategy !== 'inline') {
        expect([propertyOf(error, 'retry'), propertyOf(error, 'deep'), propertyOf(error, 'worse')]).toEqual([
          '[a function (retry)]',
          '[.of[0] is a symbol]',
          '[a Proxy]',
        ])
      }
    }
  })

  /** Whether the term stays on the caller's thread: its calls may wait side by side. */
  const isHere = (kind: OddParams['kind']) =>
    scheduler.strategy === 'inline' || (kind === 'concurrent' && scheduler.strategy !== 'dedicated')

  test('what cannot be cloned takes the policy of its term', async () => {
    const deed = 'gives a function'
    for (const kind of kinds) {
      const { kept, letters } = await played({ kind, deed, onError: 'skip' }, scheduler)
      if (isHere(kind)) {
        expect([kind, kept, letters]).toEqual([kind, [1, expect.anything(), 3], []])
        continue
      }
      expect([kind, kept]).toEqual([kind, [1, 3]])
      expect(letters).toMatchObject([{ term: 'odd', item: { n: 2 }, error: { code: 'NOT_CLONEABLE' } }])
      const { failure } = await played({ kind, deed, onError: 'fail' }, scheduler)
      expect(failure).toMatchObject({ code: 'TERM_FAILED', term: 'odd', cause: { code: 'NOT_CLONEABLE' } })
    }
  })

  test('an item that cannot leave its worker is a LostItem in its letter, or its maker is refused', async () => {
    const deed = 'is given a function'
    const isApart = scheduler.strategy === 'dedicated' && scheduler.workers === undefined
    for (const kind of kinds) {
      const { kept, letters, failure } = await played({ kind, deed, onError: 'skip' }, scheduler)
      if (isApart || (isHere(kind) && scheduler.strategy !== 'inline')) {
        expect([kind, failure]).toMatchObject([kind, { term: 'wrap', cause: { code: 'NOT_CLONEABLE' } }])
        continue
      }
      expect([kind, kept]).toEqual([kind, [1, 3]])
      const item =
        scheduler.strategy === 'inline'
          ? { n: 2, go: expect.any(Function) }
          : new LostItem('{"n":2}', 'item.go is a function (refuse)')
      expect(letters).toMatchObject([{ term: 'odd', item, error: { message: 'odd' } }])
    }
  })
})
