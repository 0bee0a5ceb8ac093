/** Goal: a config is what the run takes, or every mistake in it is told with path, value, what is allowed, what was meant. */
import { expect, test } from 'vitest'
import { checkConfig } from './load.ts'

function mistakes(config: unknown): string[] {
  try {
    checkConfig(config, 'c.yaml')
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return []
}

test('a config without mistakes comes back as it is', () => {
  const config = { edges: { capacityItems: 8, capacityBytes: 1024, overflow: 'latest' }, batchItems: 1 }
  expect(checkConfig(config, 'c.yaml')).toEqual(config)
  expect(checkConfig({}, 'c.yaml')).toEqual({})
})

test.each<[unknown, string]>([
  [[1], 'The config must be a record of options, but is [1].'],
  [{ edges: 3 }, 'edges must be a record, but is 3.'],
  [{ batchItems: 1.5 }, 'batchItems must be a whole number, at least 1, but is 1.5.'],
  [{ batchItems: undefined }, 'batchItems must be a whole number, at least 1, but is undefined.'],
  [{ edges: { capacityBytes: 0 } }, 'edges.capacityBytes must be a whole number, at least 1, but is 0.'],
  [
    { edges: { overflow: 'drop' } },
    'edges.overflow must be one of block, dropOldest, dropNewest, latest, fail, but is "drop".',
  ],
  [
    { edges: { overflo: 'latest' } },
    'unknown option edges.overflo ("latest"). Did you mean overflow? Allowed: capacityItems, capacityBytes, overflow.',
  ],
  [{ clock: {} }, 'unknown option clock ({}). Allowed: edges, batchItems, growthLimitItems, scheduler.'],
])('%j', (config, line) => {
  expect(mistakes(config)).toEqual([`c.yaml: ${line}`])
})

test('all mistakes are told at once', () => {
  expect(mistakes({ edge: {}, batchItem: 1, growthLimitItems: 'many' })).toHaveLength(3)
})
