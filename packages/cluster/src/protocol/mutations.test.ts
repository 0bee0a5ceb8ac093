// The model finds a protocol that lacks one of its safeguards.

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { mutations } from '../testing/mutations.ts'
import { runSchedule } from '../testing/schedule.ts'

const MOST_SCHEDULES = 3000

test.each(Object.keys(mutations))('%s: found', async (name) => {
  let found: string | undefined
  let seed = 0
  while (found === undefined && seed < MOST_SCHEDULES) {
    found = (await runSchedule(new Random(++seed), mutations[name])).violation
  }
  if (process.env['MUTATIONS'] !== undefined) console.log(`${name}: seed ${seed}: ${found}`)
  expect(found).toBeDefined()
})
