/** Goal: looks that take long are made less often, and a single one that does changes nothing. */

import { expect, test } from 'vitest'
import { pauseAfter } from './pause.ts'

test.each<[string, number[], number, number]>([
  ['a quick look', [1, 1, 1], 10, 500],
  ['the very first look, however long', [90], 10, 500],
  ['one slow look', [1, 90, 1], 10, 500],
  ['slow looks', [90, 90, 90], 10, 3600],
  ['two of three, the quick one first', [1, 90, 90], 10, 3600],
  ['two of three, the quick one between', [90, 1, 80], 10, 3200],
  ['only the last three', [90, 90, 1, 1, 1], 10, 500],
  ['many figures', [1, 1, 1], 20_000, 2000],
])('%s', (_what, tookMs, figures, pause) => {
  expect(pauseAfter(tookMs, figures)).toBe(pause)
})
