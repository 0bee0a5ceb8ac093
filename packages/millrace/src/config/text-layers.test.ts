/** Goal: text becomes settings under the right paths, and unknown variables are told with the nearest name. */
import { expect, test } from 'vitest'
import { environmentLayers, flagLayers, flagOf, variables } from './text-layers.ts'

test('the variables and their settings', () => {
  expect([...variables].map(([name, path]) => `${name} ${path.join('.')}`)).toEqual([
    'MILLRACE_CAPACITY_ITEMS edges.capacityItems',
    'MILLRACE_CAPACITY_BYTES edges.capacityBytes',
    'MILLRACE_OVERFLOW edges.overflow',
    'MILLRACE_BATCH_ITEMS batchItems',
    'MILLRACE_GROWTH_LIMIT_ITEMS growthLimitItems',
    'MILLRACE_STARVATION_MS starvationMs',
    'MILLRACE_CLEANUP_TIMEOUT_MS cleanupTimeoutMs',
    'MILLRACE_ON_ERROR onError',
    'MILLRACE_STRICT strict',
    'MILLRACE_WARN_SHARE failureRate.warnShare',
    'MILLRACE_ACT_SHARE failureRate.actShare',
    'MILLRACE_CHECKPOINT checkpoint.dir',
    'MILLRACE_CHECKPOINT_EVERY_MS checkpoint.everyMs',
    'MILLRACE_CHECKPOINT_EVERY_ITEMS checkpoint.everyItems',
    'MILLRACE_CHECKPOINT_TIMEOUT_MS checkpoint.timeoutMs',
    'MILLRACE_STRATEGY scheduler.strategy',
    'MILLRACE_PROFILE scheduler.profile',
    'MILLRACE_WORKERS scheduler.workers',
    'MILLRACE_BUDGET scheduler.budget',
    'MILLRACE_MIN_WORKERS scheduler.minWorkers',
    'MILLRACE_ADAPTIVE scheduler.adaptive',
    'MILLRACE_BATCH_MS scheduler.batchMs',
    'MILLRACE_ISOLATION scheduler.isolation',
    'MILLRACE_IDLE_TIMEOUT_MS scheduler.idleTimeoutMs',
    'MILLRACE_HEAP_LIMIT_MB scheduler.heapLimitMb',
    'MILLRACE_STATEFUL scheduler.stateful',
    'MILLRACE_FALLBACK scheduler.fallback',
  ])
})

test.each([
  ['4', 4],
  [' 4 ', 4],
  ['-1', -1],
  ['2.5', 2.5],
  ['Infinity', Infinity],
  ['1e3', '1e3'],
  ['0x10', '0x10'],
  ['four', 'four'],
  ['true', true],
  [' false', false],
])('%j is %j', (text, value) => {
  expect(environmentLayers({ MILLRACE_WORKERS: text }).layers).toEqual([
    { config: { scheduler: { workers: value } }, from: 'MILLRACE_WORKERS', where: 'MILLRACE_WORKERS' },
  ])
})

test('empty variables, those of others and those of the tests set nothing', () => {
  const environment = { MILLRACE_STRATEGY: '', PATH: '/bin', MILLRACE_DEEP: '3', MILLRACE_LAW_SEED: '7' }
  expect(environmentLayers(environment)).toEqual({ layers: [], mistakes: [] })
})

test.each([
  ['MILLRACE_WORKER', 'Did you mean MILLRACE_WORKERS? '],
  ['MILLRACE_FOO', ''],
])('%s is unknown', (name, hint) => {
  expect(environmentLayers({ [name]: '4' }).mistakes).toEqual([
    `unknown variable ${name} ("4"). ${hint}Allowed: ${[...variables.keys()].join(', ')}.`,
  ])
})

test('flags are layers under the names by which they are typed', () => {
  expect(flagLayers({ batchItems: '5', strategy: 'pool' })).toEqual([
    { config: { scheduler: { strategy: 'pool' } }, from: '--strategy', where: '--strategy' },
    { config: { batchItems: 5 }, from: '--batch-items', where: '--batch-items' },
  ])
  expect(flagOf('capacityItems')).toBe('--capacity-items')
  expect(flagLayers({ checkpoint: 'kept', checkpointEveryMs: '50' })).toEqual([
    { config: { checkpoint: { dir: 'kept' } }, from: '--checkpoint', where: '--checkpoint' },
    {
      config: { checkpoint: { everyMs: 50 } },
      from: '--checkpoint-every-ms',
      where: '--checkpoint-every-ms',
    },
  ])
})
