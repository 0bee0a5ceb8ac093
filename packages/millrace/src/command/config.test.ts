/** Goal: from the outside, settings come from where they should, say so, and reach the run. Runs the build. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, millrace, saidBy } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

interface Row {
  readonly setting: string
  readonly value: unknown
  readonly from: string
}

test('the table says each value and its source; later wins value by value', async () => {
  const folder = temporaryFolder({
    'package.json': '{}',
    'millrace.config.yaml':
      'edges: { capacityItems: 5, overflow: latest }\nbatchItems: 5\nscheduler: { workers: 5, strategy: pool }\n' +
      "terms:\n  'sketch*': { capacityItems: 100, local: true }\n",
    'deep/inside/x.txt': '',
  })
  const { code, stdout, stderr } = await millrace(['config', '--batch-items', '7'], folder, {
    MILLRACE_BATCH_ITEMS: '6',
    MILLRACE_CAPACITY_ITEMS: '6',
    MILLRACE_IDLE_TIMEOUT_MS: '',
  })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    `setting                      value     from
edges.capacityItems          6         MILLRACE_CAPACITY_ITEMS
edges.capacityBytes          67108864  default
edges.overflow               latest    file:millrace.config.yaml
batchItems                   7         --batch-items
growthLimitItems             1048576   default
starvationMs                 1000      default
cleanupTimeoutMs             10000     default
onError                      abort     default
strict                       false     default
failureRate.warnShare        0.01      default
failureRate.actShare         0.1       default
checkpoint.dir               -         default
checkpoint.everyMs           10000     default
checkpoint.everyItems        -         default
checkpoint.timeoutMs         60000     default
scheduler.strategy           pool      file:millrace.config.yaml
scheduler.profile            -         default
scheduler.workers            5         file:millrace.config.yaml
scheduler.budget             -         default
scheduler.minWorkers         0         default
scheduler.adaptive           false     default
scheduler.batchMs            16        default
scheduler.isolation          thread    default
scheduler.idleTimeoutMs      10000     default
scheduler.heapLimitMb        -         default
scheduler.stateful           auto      default
scheduler.fallback           refuse    default
terms.sketch*.capacityItems  100       file:millrace.config.yaml
terms.sketch*.local          true      file:millrace.config.yaml
`,
  )
  const below = await millrace(['config', '--json'], join(folder, 'deep/inside'))
  expect((JSON.parse(below.stdout) as Row[]).find(({ setting }) => setting === 'batchItems')).toEqual({
    setting: 'batchItems',
    value: 5,
    from: expect.stringMatching(/^file:.*millrace\.config\.yaml$/),
  })
})

test('a value that is from a profile says so, and gives way to all that is set', async () => {
  const folder = temporaryFolder({
    'package.json': '{ "millrace": { "edges": { "capacityItems": 7 }, "scheduler": { "profile": "io" } } }',
  })
  const rows = async (...args: string[]) =>
    (JSON.parse((await millrace(['config', '--json', ...args], folder)).stdout) as Row[])
      .filter(({ from }) => from !== 'default')
      .map(({ setting, value, from }) => `${setting} ${value} ${from}`)
  expect(await rows('--profile', 'memory', '--workers', '1')).toEqual([
    'edges.capacityItems 7 file:package.json',
    'edges.capacityBytes 8388608 profile:memory',
    'batchItems 128 profile:memory',
    'scheduler.profile memory --profile',
    'scheduler.workers 1 --workers',
    'scheduler.batchMs 4 profile:memory',
    'scheduler.idleTimeoutMs 1000 profile:memory',
    'scheduler.heapLimitMb 256 profile:memory',
    'scheduler.stateful caller profile:memory',
  ])
  expect(await rows('--workers', '2', '--min-workers', '2')).toEqual([
    'edges.capacityItems 7 file:package.json',
    'scheduler.profile io file:package.json',
    'scheduler.workers 2 --workers',
    'scheduler.minWorkers 2 --min-workers',
    'scheduler.adaptive true profile:io',
    'scheduler.batchMs 2 profile:io',
    'scheduler.idleTimeoutMs 30000 profile:io',
    'scheduler.stateful caller profile:io',
  ])
})

test('--json prints JSON, with null for what is left to Node', async () => {
  const folder = temporaryFolder({ 'package.json': '{ "millrace": { "batchItems": 3 } }' })
  const { stdout } = await millrace(['config', '--json', '--capacity-items', 'Infinity'], folder)
  expect(JSON.parse(stdout)).toEqual(
    expect.arrayContaining([
      { setting: 'batchItems', value: 3, from: 'file:package.json' },
      { setting: 'edges.capacityItems', value: 'Infinity', from: '--capacity-items' },
      { setting: 'scheduler.heapLimitMb', value: null, from: 'default' },
    ]),
  )
})

test('--config takes the place of what would be found', async () => {
  const folder = temporaryFolder({
    'package.json': '{}',
    'millrace.config.json': '{ "batchItems": 1, "growthLimitItems": 1 }',
    'other.ts': 'export default { batchItems: 2 }\n',
  })
  const { stdout } = await millrace(['config', '-c', 'other.ts'], folder)
  expect(stdout).toMatch(/^batchItems +2 +file:other\.ts\ngrowthLimitItems +1048576 +default$/m)
})

test.for<[Readonly<Record<string, string>>, readonly string[], Readonly<Record<string, string>>, string]>([
  [
    { 'millrace.config.json': '{ "edges": { "overflow": "blok" } }' },
    ['--workers', 'four', '--strategy', 'pol'],
    { MILLRACE_BATCH_ITEMS: '0', MILLRACE_WORKER: '2' },
    `millrace.config.json: edges.overflow must be one of block, dropOldest, dropNewest, latest, fail, but is "blok". Did you mean block?
MILLRACE_BATCH_ITEMS: batchItems must be a whole number, at least 1, but is 0.
--strategy: scheduler.strategy must be one of inline, dedicated, pool, work-stealing, hybrid, distributed, but is "pol". Did you mean pool?
--workers: scheduler.workers must be a whole number, at least 1, but is "four".
unknown variable MILLRACE_WORKER ("2"). Did you mean MILLRACE_WORKERS? Allowed: MILLRACE_CAPACITY_ITEMS, MILLRACE_CAPACITY_BYTES, MILLRACE_OVERFLOW, MILLRACE_BATCH_ITEMS, MILLRACE_GROWTH_LIMIT_ITEMS, MILLRACE_STARVATION_MS, MILLRACE_CLEANUP_TIMEOUT_MS, MILLRACE_ON_ERROR, MILLRACE_STRICT, MILLRACE_WARN_SHARE, MILLRACE_ACT_SHARE, MILLRACE_CHECKPOINT, MILLRACE_CHECKPOINT_EVERY_MS, MILLRACE_CHECKPOINT_EVERY_ITEMS, MILLRACE_CHECKPOINT_TIMEOUT_MS, MILLRACE_STRATEGY, MILLRACE_PROFILE, MILLRACE_WORKERS, MILLRACE_BUDGET, MILLRACE_MIN_WORKERS, MILLRACE_ADAPTIVE, MILLRACE_BATCH_MS, MILLRACE_ISOLATION, MILLRACE_IDLE_TIMEOUT_MS, MILLRACE_HEAP_LIMIT_MB, MILLRACE_STATEFUL, MILLRACE_FALLBACK.`,
  ],
  [
    { 'package.json': '{ "millrace": { "batchItem": 3 } }' },
    [],
    {},
    'package.json, "millrace": unknown option batchItem (3). Did you mean batchItems? Allowed: edges, batchItems, growthLimitItems, starvationMs, cleanupTimeoutMs, onError, strict, failureRate, checkpoint, scheduler, terms.',
  ],
  [
    { 'millrace.config.js': 'export default {}', 'millrace.config.yml': '' },
    [],
    {},
    'There are several configs: millrace.config.js, millrace.config.yml. Keep one, or name one with --config.',
  ],
  [
    { 'millrace.config.toml': '' },
    [],
    {},
    'millrace.config.toml is no config: its name must end in .json, .yaml, .yml, .ts or .js.',
  ],
  [{}, ['-c', 'package.json'], {}, 'package.json has no "millrace".'],
  [{ 'mine.yaml': '' }, ['-c', 'mine.yml'], {}, 'There is no file mine.yml. Did you mean mine.yaml?'],
  [{}, ['--worker', '3'], {}, "unknown option '--worker' (Did you mean --workers?)"],
])('%j %j %j is refused by config and by run', async ([files, args, variables, message], { expect }) => {
  const folder = temporaryFolder({ 'package.json': '{}', ...files })
  const stderr = message.replace(/^/gm, 'millrace: ')
  for (const command of [['config'], ['run', fixture('numbers.ts')]]) {
    const result = await millrace([...command, ...args], folder, variables)
    expect([result.code, result.stdout, saidBy(result)]).toEqual([2, '', `${stderr}\n`])
  }
})

async function ran(config: string, ...args: string[]) {
  const folder = temporaryFolder({ 'package.json': '{}', 'millrace.config.yaml': config })
  const { code, stderr } = await millrace(
    ['run', fixture('sketches.ts'), '-s', 'summary.json', ...args],
    folder,
  )
  if (code !== 0) return stderr
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as {
    readonly edges: readonly {
      readonly kind: string
      readonly to: string
      readonly capacityItems: number
    }[]
    readonly threads: { readonly budget: number }
    readonly results: object
  }
}

test('settings of terms reach the run', async () => {
  const summary = await ran("terms: { 'sketch*': { capacityItems: 9 }, 'map#2': { capacityItems: 4 } }\n")
  expect(summary).toMatchObject({ results: { collect: ['TT', 'BB', 'NNN'] } })
  const edges = typeof summary === 'string' ? [] : summary.edges.filter(({ kind }) => kind === 'queue')
  expect(edges.map(({ to, capacityItems }) => `${to} ${capacityItems}`).sort()).toEqual([
    'map 1024',
    'map 1024',
    'map#2 4',
    'sketchLetters 9',
    'sketchWords 9',
  ])
})

test('a term that is local stays on the caller’s thread under every strategy', async () => {
  for (const [strategy, budget] of Object.entries({ pool: 1, dedicated: 1, hybrid: 2 })) {
    const config = `scheduler: { strategy: ${strategy}, workers: 1, fallback: share }\n`
    const results = { collect: ['TT', 'BB', 'NNN'] }
    expect(await ran(config)).toMatchObject({ threads: { budget }, results })
    const pinned = `${config}terms: { '*': { local: true } }\n`
    expect(await ran(pinned)).toMatchObject({ threads: { budget: 0 }, results })
  }
})

test('a profile reaches the run, from the environment, too', async () => {
  const folder = temporaryFolder({ 'package.json': '{}' })
  const { code } = await millrace(['run', fixture('sketches.ts'), '-s', 'summary.json'], folder, {
    MILLRACE_PROFILE: 'memory',
    MILLRACE_STRATEGY: 'pool',
    MILLRACE_WORKERS: '1',
  })
  const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as {
    readonly edges: readonly { readonly kind: string; readonly capacityItems: number }[]
  }
  const queues = summary.edges.filter(({ kind }) => kind === 'queue')
  expect([code, ...new Set(queues.map(({ capacityItems }) => capacityItems))]).toEqual([0, 128])
  expect(summary).toMatchObject({ threads: { budget: 1, health: { level: 'green' } } })
})

test('a pattern that matches no term is refused, with the file, the module and the terms there are', async () => {
  expect(await ran("terms: { 'skech*': { local: true } }\n")).toBe(
    `millrace: millrace.config.yaml: terms.skech* ({"local":true}) matches no term of ${fixture('sketches.ts')}. ` +
      'Did you mean sketchWords? Its terms: fromIterable, sketchWords, sketchLetters, map, map#2, collect. [BAD_INPUT]\n',
  )
})
