/** Goal: TypeScript is always an ES module, everything else stays what it is. */
import { expect, test } from 'vitest'
import { asModule } from './as-module.ts'

test('where Node strips types, the format says that there are some', () => {
  const resolved = { url: 'file:///g.ts', format: 'commonjs-typescript' }
  expect(asModule(resolved, true).format).toBe('module-typescript')
})

test.each([
  ['file:///g.ts', 'module'],
  ['file:///g.mts', 'module'],
  ['file:///g.tsx?namespace=1', 'module'],
  ['file:///g.cts', 'commonjs'],
  ['file:///g.js', 'commonjs'],
  ['file:///folder.ts/g.js', 'commonjs'],
])('%s is %s', (url, format) => {
  const resolved = { url, format: 'commonjs' }
  expect(asModule(resolved)).toEqual({ url, format })
})
