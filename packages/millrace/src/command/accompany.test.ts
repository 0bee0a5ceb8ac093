// A run that is refused on the way is given up on every host, not only here.

import type { HostEnd } from '@millrace/cluster'
import { BadInputError } from '@millrace/core'
import { expect, test } from 'vitest'
import { accompany } from './accompany.ts'

function joinedRun() {
  const told: string[] = []
  let end: (end: HostEnd) => void = () => {}
  const done = new Promise<HostEnd>((resolve) => {
    end = resolve
  })
  const joined = {
    done,
    stop: async () => void told.push('stop'),
    cancel: async () => {
      told.push('cancel')
      end('cancelled')
    },
    results: async () => ({ sum: 1 }),
  }
  return { joined, told, end }
}

const quiet = { on: () => undefined, off: () => undefined }

test('refused: cancelled everywhere, and failed of the reason', async () => {
  const { joined, told } = joinedRun()
  const error = new BadInputError('no host has the label')
  const lines: string[] = []
  const log = (_level: string, line: string): void => void lines.push(line)
  const ending = await accompany(joined, log, [new Promise(() => {}), Promise.reject(error)], quiet)
  expect(ending).toEqual({ outcome: 'failed', code: 1, error, results: {} })
  expect(told).toEqual(['cancel'])
  expect(lines).toEqual(['no host has the label [BAD_INPUT]'])
})

test('completed: nobody is told anything', async () => {
  const { joined, told, end } = joinedRun()
  const going = accompany(joined, () => undefined, [], quiet)
  end('completed')
  expect(await going).toEqual({ outcome: 'completed', code: 0, results: { sum: 1 } })
  expect(told).toEqual([])
})
