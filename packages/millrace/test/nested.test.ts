/** Goal: however runs nest, the process has no more threads than its budget, and none waits for another for ever. */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { governor } from '@millrace/scheduler'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('./fixtures/nested.mjs', import.meta.url))

test.runIf(process.platform === 'linux')(
  'a hundred runs at once, three levels deep, stay within the budget',
  () => {
    const line = execFileSync(process.execPath, [program], { encoding: 'utf8', timeout: 110_000 })
    const { totals, peak } = JSON.parse(line) as { readonly totals: readonly number[]; readonly peak: number }
    expect(totals).toEqual([4 * 4 * 10])
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThanOrEqual(governor().budget)
  },
)
