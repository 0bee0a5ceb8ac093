/** Goal: the picture in README.md shows the figures that docs/performance.md records. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawn, figuresOf, PICTURE } from './picture.ts'

test('the figures of a table', () => {
  const table = [
    'text',
    '| | light20 | cpu200 |',
    '| --- | ---: | ---: |',
    '| loop | 1.5 M | 50 k |',
    '| x |  | 7 |',
    '',
  ]
  expect(figuresOf(table.join('\n'))).toEqual([
    { contender: 'loop', kind: 'light', terms: 20, outputs: 1_500_000 },
    { contender: 'loop', kind: 'cpu', terms: 200, outputs: 50_000 },
    { contender: 'x', kind: 'cpu', terms: 200, outputs: 7 },
  ])
})

test('the picture is of the table as it is (if not: node --import tsx bench/scaling/picture.ts)', async () => {
  expect(readFileSync(PICTURE, 'utf8')).toBe(await drawn())
})
