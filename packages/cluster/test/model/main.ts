/**
 * Runs seeded schedules of the whole protocol in memory, with faults, against the model's answer, and prints the sums as
 * JSON. Started by the cluster benchmark. Arguments: how many schedules (default 1000), and the first seed (default 1).
 * With `--say` it tells on stderr how far it is.
 *
 *     node --import tsx packages/cluster/test/model/main.ts 200000 --say
 *     node --import tsx packages/cluster/test/model/main.ts 1 4711     # the one schedule of seed 4711 again
 */

import { parseArgs } from 'node:util'
import { Random } from '@millrace/core/testing'
import { runSchedule } from '../../src/testing/schedule.ts'

/** The number of violations after which it ends: each has to be looked at. */
const MOST_VIOLATIONS = 10
const SAY_EVERY = 10_000

const { values, positionals } = parseArgs({ allowPositionals: true, options: { say: { type: 'boolean' } } })
const [count = '1000', first = '1'] = positionals

const sums = { schedules: 0, steps: 0, kills: 0, pauses: 0, joins: 0, leaves: 0, takeovers: 0 }
const violations: string[] = []
for (let seed = Number(first); sums.schedules < Number(count); seed++) {
  const { violation, ...counts } = await runSchedule(new Random(seed))
  sums.schedules++
  for (const [name, of] of Object.entries(counts)) sums[name as keyof typeof counts] += of
  if (violation !== undefined) violations.push(`seed ${seed}: ${violation}`)
  if (violations.length === MOST_VIOLATIONS) break
  if (values.say === true && sums.schedules % SAY_EVERY === 0) {
    process.stderr.write(`${sums.schedules} schedules, ${violations.length} violations\n`)
  }
}
console.log(JSON.stringify({ ...sums, violations }))
