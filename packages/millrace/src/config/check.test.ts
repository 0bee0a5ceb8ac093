/** Goal: a config is what the run takes, or every mistake in it is told with path, value, what is allowed, what was meant. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkOptions, mistakesIn } from './check.ts'
import { isValid } from './setting.ts'
import { runSettings } from './settings.ts'

test('a config without mistakes passes', () => {
  const config = {
    edges: { capacityItems: 8, capacityBytes: Infinity, overflow: 'latest' },
    batchItems: 1,
    starvationMs: 0.5,
    scheduler: {
      strategy: 'pool',
      profile: 'io',
      workers: 2,
      minWorkers: 0,
      adaptive: true,
      batchMs: 2.5,
      isolation: 'process',
      heapLimitMb: 64,
      fallback: 'inline',
    },
    terms: { 'sketch*': { capacityItems: 100, overflow: 'block', local: true }, map: {} },
  }
  expect(mistakesIn(config)).toEqual([])
  expect(mistakesIn({})).toEqual([])
})

test.each<[unknown, string]>([
  [
    { strategy: 'pool' },
    'unknown option strategy ("pool"). Did you mean scheduler.strategy? Allowed: edges, batchItems, growthLimitItems, starvationMs, cleanupTimeoutMs, onError, strict, failureRate, checkpoint, scheduler, terms.',
  ],
  [
    { edges: { workers: 2 } },
    'unknown option edges.workers (2). Did you mean scheduler.workers? Allowed: capacityItems, capacityBytes, overflow.',
  ],
  [{ scheduler: 'pool' }, 'scheduler must be a record, but is "pool". Write { strategy: "pool" }.'],
  [{ edges: 'latest' }, 'edges must be a record, but is "latest". Write { overflow: "latest" }.'],
  [
    JSON.parse('{ "terms": { "__proto__": { "local": 1 } } }'),
    'terms.__proto__.local must be true or false, but is 1.',
  ],
  [[1], 'The config must be a record of options, but is [1].'],
  [{ edges: 3 }, 'edges must be a record, but is 3.'],
  [{ checkpoint: { dir: '' } }, 'checkpoint.dir must be the path of a folder, but is "".'],
  [{ checkpoint: { everyItems: 0 } }, 'checkpoint.everyItems must be a whole number, at least 1, but is 0.'],
  [{ batchItems: 1.5 }, 'batchItems must be a whole number, at least 1, but is 1.5.'],
  [{ batchItems: undefined }, 'batchItems must be a whole number, at least 1, but is undefined.'],
  [
    { edges: { capacityBytes: 0 } },
    'edges.capacityBytes must be a whole number, at least 1, or Infinity, but is 0.',
  ],
  [
    { edges: { overflow: 'drop' } },
    'edges.overflow must be one of block, dropOldest, dropNewest, latest, fail, but is "drop".',
  ],
  [
    { edges: { overflo: 'latest' } },
    'unknown option edges.overflo ("latest"). Did you mean overflow? Allowed: capacityItems, capacityBytes, overflow.',
  ],
  [
    { clock: {} },
    'unknown option clock ({}). Allowed: edges, batchItems, growthLimitItems, starvationMs, cleanupTimeoutMs, onError, strict, failureRate, checkpoint, scheduler, terms.',
  ],
  [
    { scheduler: { strategy: 'pol' } },
    'scheduler.strategy must be one of inline, dedicated, pool, work-stealing, hybrid, distributed, but is "pol". Did you mean pool?',
  ],
  [
    { scheduler: { profile: 'cpus' } },
    'scheduler.profile must be one of cpu, io, mixed, memory, but is "cpus". Did you mean cpu?',
  ],
  [
    { scheduler: { minWorker: 1 } },
    'unknown option scheduler.minWorker (1). Did you mean minWorkers? Allowed: strategy, profile, workers, ' +
      'budget, minWorkers, adaptive, batchMs, isolation, idleTimeoutMs, heapLimitMb, stateful, fallback.',
  ],
  [{ scheduler: { minWorkers: -1 } }, 'scheduler.minWorkers must be a whole number, at least 0, but is -1.'],
  [{ scheduler: { adaptive: 'yes' } }, 'scheduler.adaptive must be true or false, but is "yes".'],
  [{ starvationMs: 0 }, 'starvationMs must be a number of milliseconds above 0, but is 0.'],
  [{ terms: 'map' }, 'terms must be a record of settings by the name of a term, but is "map".'],
  [{ terms: { map: null } }, 'terms.map must be a record, but is null.'],
  [
    { terms: { 'sk*': { locl: true } } },
    'unknown option terms.sk*.locl (true). Did you mean local? Allowed: capacityItems, capacityBytes, overflow, retry, timeoutMs, onError, fallback, circuit, local.',
  ],
  [{ terms: { 'a b': { local: 'yes' } } }, 'terms["a b"].local must be true or false, but is "yes".'],
  [
    { terms: { a: { retry: { attempts: -1 } } } },
    'terms.a.retry must be a whole number of attempts, at least 0, or ' +
      '{ attempts, delayMs, factor, maxDelayMs, jitter }, but is {"attempts":-1}.',
  ],
  [
    { terms: { a: { circuit: { failures: 3 } } } },
    'terms.a.circuit must be { failures, windowMs, probeAfterMs }, but is {"failures":3}.',
  ],
  [{ failureRate: { warnShare: 2 } }, 'failureRate.warnShare must be a number from 0 to 1, but is 2.'],
  [{ onError: 'stpo' }, 'onError must be one of abort, stop, but is "stpo". Did you mean stop?'],
])('%j', (config, line) => {
  expect(mistakesIn(config)).toEqual([line])
})

test('all mistakes are told at once', () => {
  expect(mistakesIn({ edge: {}, batchItem: 1, growthLimitItems: 'many' })).toHaveLength(3)
})

test('a config has mistakes if, and only if, it is not valid', () => {
  const name = fc.constantFrom(
    'edges',
    'terms',
    'scheduler',
    'capacityItems',
    'strategy',
    'local',
    'batchItems',
    'x',
  )
  const leaf = fc.constantFrom<unknown>(
    1,
    0,
    2.5,
    Number.NaN,
    Infinity,
    'pool',
    'block',
    true,
    null,
    undefined,
    [],
  )
  const record = (part: fc.Arbitrary<unknown>) => fc.dictionary(name, part, { maxKeys: 2 })
  const config = record(fc.oneof(leaf, record(fc.oneof(leaf, record(leaf)))))
  fc.assert(
    fc.property(config, (seen) => {
      expect(mistakesIn(seen, runSettings).length === 0).toBe(isValid(runSettings, seen))
    }),
    { numRuns: 1000 },
  )
})

test('options from code may be undefined, and come apart into config and the rest', () => {
  const { signal } = new AbortController()
  const clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined }
  const options = {
    signal,
    clock,
    pick: undefined,
    batchItems: undefined,
    edges: { overflow: undefined, capacityItems: 3 },
  }
  const { config, live } = checkOptions(options)
  expect(config).toStrictEqual({ edges: { capacityItems: 3 } })
  expect(Object.keys(live)).toEqual(['signal', 'clock'])
  expect([live.signal === signal, live.clock === clock]).toEqual([true, true])
})
