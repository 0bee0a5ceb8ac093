/** Goal: `unbatch` undoes `batch`. */

import { test } from 'vitest'
import { batch, unbatch } from '../index.ts'
import { expectEverywhere } from './test/everywhere.ts'

test('undoes batch', async () => {
  for (const size of [1, 3, 100]) {
    await expectEverywhere(
      () => batch<number>(size).pipe(unbatch()),
      (items) => items,
    )
  }
})
