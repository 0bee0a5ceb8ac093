/** Goal: TypeScript is always an ES module, everything else stays what it is. */
import { expect, test } from 'vitest'
import { asModule, resolve } from './as-module.ts'

test.each([
  ['file:///g.ts', 'module'],
  ['file:///g.mts', 'module'],
  ['file:///g.tsx?namespace=1', 'module'],
  ['file:///g.cts', 'commonjs'],
  ['file:///g.js', 'commonjs'],
  ['file:///folder.ts/g.js', 'commonjs'],
])('%s is %s', async (url, format) => {
  const resolved = { url, format: 'commonjs' }
  expect(asModule(resolved)).toEqual({ url, format })
  expect(await resolve('x', {}, async () => resolved)).toEqual({ url, format })
})
