/** Goal: the page stays small: it is a part of what everybody installs. */

import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pageHtml, pageParts } from './html.ts'

const LIMIT_BYTES = 120 * 1024

test('the whole page is at most 120 KB, gzipped', async () => {
  const size = gzipSync(pageHtml(await pageParts(), undefined)).length
  expect(size).toBeGreaterThan(10_000)
  expect(size).toBeLessThanOrEqual(LIMIT_BYTES)
})
