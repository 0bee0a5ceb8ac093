/** Goal: a term that gives its buffers away has them no more, one that does not keeps them, and readers get all. */

import { run } from '@millrace/core'
import { expect, test } from 'vitest'
import frames, { type Frame } from '../test/fixtures/frames.ts'
import { placementFor } from './placement-for.ts'

const ITEMS = 300

test.each([
  ['pool', true],
  ['pool', false],
  ['work-stealing', true],
  ['work-stealing', false],
] as const)('%s, given away: %s', async (strategy, gives) => {
  const placement = placementFor({ strategy, workers: 1 }) as NonNullable<ReturnType<typeof placementFor>>
  const { results } = await run(frames({ items: ITEMS, gives }), { placement }).done
  const kept = results['keep'] as readonly Frame[]
  expect(kept.map(({ pixels }) => [...pixels])).toEqual(
    Array.from({ length: ITEMS }, (_, n) => new Array(8).fill(n % 256)),
  )
  // the buffer of a batch's last item has gone when the first of the next one is made; a worker may have had a run before
  expect(new Set(kept.slice(1).map(({ lastLength }) => lastLength))).toEqual(new Set(gives ? [8, 0] : [8]))
})
