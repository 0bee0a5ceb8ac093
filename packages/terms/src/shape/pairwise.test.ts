/** Goal: `pairwise` is each item with its neighbour. */

import { test } from 'vitest'
import { pairwise } from '../index.ts'
import { expectEverywhere } from './test/everywhere.ts'

test('equals a zip with the stream without its first item', async () => {
  await expectEverywhere(
    () => pairwise(),
    (items) => items.slice(1).map((item, at) => [items[at], item]),
  )
})
