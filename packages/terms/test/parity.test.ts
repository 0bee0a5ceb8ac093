/** Goal: every row of LogicSponge's feature list works here: one small check for each, named after the row. */

import { describe, test } from 'vitest'
import { graphRows } from './parity/graph.ts'
import { itemRows } from './parity/items.ts'
import { sourceRows } from './parity/sources.ts'
import { statisticRows } from './parity/statistics.ts'
import { termRows } from './parity/terms.ts'

const sections: Readonly<Record<string, Readonly<Record<string, () => void | Promise<void>>>>> = {
  'grammar and graph': graphRows,
  'items and streams': itemRows,
  terms: termRows,
  sources: sourceRows,
  'statistics and running': statisticRows,
}

for (const [section, rows] of Object.entries(sections)) {
  describe(section, () => {
    for (const [row, check] of Object.entries(rows)) test(row, check)
  })
}
