// Goal: what a contender's process runs is its source without the types, and nothing else.

import { expect, test } from 'vitest'
import { toJavaScript } from './plain-javascript.ts'

test('types go, relative endings change, package names stay', () => {
  const source = [
    "import { map, type Term } from 'millrace/terms'",
    "import { sum } from './functions.ts'",
    'export const f = (x: number): number => sum(x, 1)',
  ].join('\n')
  expect(toJavaScript(source).trim().split('\n')).toEqual([
    "import { map } from 'millrace/terms';",
    'import { sum } from "./functions.js";',
    'export const f = (x) => sum(x, 1);',
  ])
})
