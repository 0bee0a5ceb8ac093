// The protocol keeps its promises under seeded schedules: kills, pauses, zombies, hosts that come and go, answers that get
// lost, come late or twice, and calls that are done twice. Every sink gets each item once, in the order of its key.

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { runSchedule } from '../testing/schedule.ts'

const SCHEDULES = Number(process.env['MODEL_SCHEDULES'] ?? 600)

test('no schedule loses, doubles or reorders an item of a key, or comes to no end', async () => {
  const sums = { steps: 0, kills: 0, pauses: 0, joins: 0, leaves: 0, takeovers: 0 }
  const violations: string[] = []
  const first = Number(process.env['MODEL_FIRST'] ?? 1)
  for (let seed = first; seed < first + SCHEDULES && violations.length < 3; seed++) {
    const { violation, ...counts } = await runSchedule(new Random(seed))
    if (violation !== undefined) violations.push(`seed ${seed}: ${violation}`)
    for (const [name, count] of Object.entries(counts)) sums[name as keyof typeof sums] += count
  }
  if (process.env['MODEL_FIRST'] !== undefined) console.log(sums)
  expect(violations).toEqual([])
})
