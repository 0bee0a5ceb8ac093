/** Goal: health says what is wrong with the threads, from the counts alone. */

import { expect, test } from 'vitest'
import { healthOf, type ThreadCounts } from './health.ts'

const well: ThreadCounts = { wanted: 4, had: 4, activations: 1000, denied: 0, refused: 0, lost: 0 }

test.each<[string, Partial<ThreadCounts>, string, number]>([
  ['all are there', {}, 'green', 0],
  ['none is wanted', { wanted: 0, had: 0 }, 'green', 0],
  ['more than wanted, for others', { had: 8 }, 'green', 0],
  ['denied once, and there again', { denied: 1 }, 'green', 0],
  ['shrunk', { had: 3, denied: 1 }, 'yellow', 1],
  ['inline only', { had: 0 }, 'red', 4],
  ['1 % errors', { lost: 5, refused: 5 }, 'green', 0],
  ['over 1 % errors', { lost: 6, refused: 5 }, 'yellow', 0],
  ['10 % errors', { lost: 100 }, 'yellow', 0],
  ['over 10 % errors', { lost: 101 }, 'red', 0],
  ['one error at the very start', { activations: 0, lost: 1 }, 'green', 0],
  ['some errors at the start', { activations: 3, lost: 2 }, 'yellow', 0],
])('%s', (_, counts, level, missing) => {
  const { denied, refused, lost } = { ...well, ...counts }
  expect(healthOf({ ...well, ...counts })).toEqual({ level, missing, denied, refused, lost })
})
