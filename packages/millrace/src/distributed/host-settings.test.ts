// Hosts agree in what their settings mean, not in how they are written.

import { expect, test } from 'vitest'
import { hostFlags, hostSettings } from './host-settings.ts'

const lines = (config: object): readonly string[] => hostSettings(config as never).lines

test('the order of keys says nothing', () => {
  const one = {
    strict: true,
    edges: { capacityItems: 5, capacityBytes: 6 },
    terms: { a: { onError: 'skip', retry: 2 } },
  }
  const other = {
    terms: { a: { retry: 2, onError: 'skip' } },
    edges: { capacityBytes: 6, capacityItems: 5 },
    strict: true,
  }
  expect(lines(one)).toEqual(lines(other))
  expect(lines({ batchItems: 5 })).not.toEqual(lines({ batchItems: 6 }))
  expect(lines({})).toEqual([])
})

test('of two patterns for one term the later one wins: their order counts', () => {
  const [wide, narrow] = [{ 'map*': { retry: 1 } }, { 'map#2': { retry: 2 } }]
  expect(lines({ terms: { ...wide, ...narrow } })).not.toEqual(lines({ terms: { ...narrow, ...wide } }))
})

test('hosts that are started are told the flags of the command', () => {
  expect(hostFlags({ param: {} })).toEqual([])
  expect(
    hostFlags({ param: {}, strict: true, batchItems: '7', commitMs: 50, label: ['disk=a', 'gpu'] }),
  ).toEqual(['--strict', '--batch-items', '7', '--commit-ms', '50', '--label', 'disk=a', '--label', 'gpu'])
})
