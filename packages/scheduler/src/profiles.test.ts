/** Goal: a profile's defaults give way to what is set, and what cannot hold together is refused. */

import { expect, test } from 'vitest'
import { placementFor } from './placement-for.ts'
import { profileSettings, withProfile } from './profiles.ts'

test('what is set wins; what is undefined is not set', () => {
  const options = { profile: 'io', workers: 3, batchMs: undefined } as never
  expect(withProfile(options)).toEqual({ ...profileSettings('io').scheduler, profile: 'io', workers: 3 })
  expect(withProfile({ workers: 3 })).toEqual({ workers: 3 })
})

test('more workers at least than at most are refused, wherever the bounds are from', () => {
  const message = expect.stringContaining('scheduler.minWorkers must be a whole number from 0 to')
  const refusal = expect.objectContaining({ code: 'INVALID_OPTION', message })
  expect(() => placementFor({ strategy: 'pool', workers: 2, minWorkers: 3 })).toThrow(refusal)
  expect(() => placementFor({ profile: 'memory', minWorkers: 10_000 })).toThrow(refusal)
  expect(placementFor({ profile: 'mixed', workers: 1 })).toBeUndefined()
})
