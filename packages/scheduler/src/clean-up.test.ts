/** Goal: what never settles or fails while a term is let go has one outcome, whatever the strategy; `cancel` always settles. */

import { run } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import cleanUp from '../test/fixtures/clean-up.ts'
import type { SchedulerOptions } from './options.ts'
import { placementFor } from './placement-for.ts'

const PLACES: readonly SchedulerOptions[] = [
  { strategy: 'inline' },
  { strategy: 'dedicated' },
  { strategy: 'hybrid' },
  { strategy: 'pool' },
  { strategy: 'work-stealing' },
  { strategy: 'pool', isolation: 'process' },
  { strategy: 'hybrid', isolation: 'process' },
]

const failed = (term: string, phase: string, cause: object) => ({ code: 'TERM_FAILED', term, phase, cause })
const late = { code: 'CLEANUP_TIMEOUT' }
const thrown = { name: 'RangeError', message: 'not let go' }

const outcomes: Readonly<Record<string, object>> = {
  nothing: [0, 1, 2, 3, 4],
  'next() never settles': [0, 1, 2, 3, 4],
  'return() never settles': failed('source', 'generate', late),
  'return() rejects': failed('source', 'generate', thrown),
  'finally throws': failed('source', 'generate', thrown),
  'async finally throws': failed('source', 'generate', thrown),
  'finally of an async source in a wait throws': failed('source', 'generate', thrown),
  'return() never settles of an expansion': failed('expanding', 'item', late),
  'return() rejects of an expansion': failed('expanding', 'item', thrown),
  'finally throws of an expansion': failed('expanding', 'item', thrown),
  'async finally throws of an expansion': failed('expanding', 'item', thrown),
  'finally throws of a split': failed('source', 'generate', thrown),
  'finally throws of the splits': failed('source', 'generate', thrown),
  'exit() never settles': failed('hooked', 'exit', late),
  'exit() rejects': failed('hooked', 'exit', thrown),
}

function start(scheduler: SchedulerOptions, how: string, isApart: boolean) {
  const placement = placementFor({ workers: 4, fallback: 'share', ...scheduler })
  return run(cleanUp({ how, isApart }), {
    cleanupTimeoutMs: 300,
    ...(placement === undefined ? {} : { placement }),
  })
}

describe.each(PLACES)('$strategy, $isolation', (scheduler) => {
  describe.each([false, true])('source and take apart: %s', (isApart) => {
    test.each(Object.entries(outcomes))('%s', async (how, expected) => {
      const { done } = start(scheduler, how, isApart)
      const outcome = await done.then(
        ({ results }) => results['keep'],
        (error: unknown) => error,
      )
      expect(outcome).toMatchObject(expected)
    })
  })

  test.each([
    'enter() never settles',
    'end() never settles',
    'exit() never settles',
    'return() never settles',
    'next() never settles',
  ])('cancel settles: %s', async (how) => {
    for (const waitMs of [0, 150]) {
      const running = start(scheduler, how, true)
      let isSettled = false
      const settle = (): void => {
        isSettled = true
      }
      running.done.then(settle, settle)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await running.cancel()
      expect(isSettled).toBe(true)
    }
  })
})
