// A config in TypeScript, and options that are put together from parts.
import { defineConfig, type EdgeOptions, type RunOptions, run } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

export default defineConfig({
  scheduler: { strategy: 'distributed', workers: 2 },
  edges: { capacityItems: 256, overflow: 'block' },
  terms: { 'fetch*': { retry: { attempts: 3, delayMs: 100 }, onError: 'skip' }, print: { local: true } },
})

const edges = { capacityItems: 8, overflow: 'latest' } satisfies EdgeOptions
const shared = { edges, statsEveryMs: 100 } satisfies RunOptions
same<(typeof shared)['edges'], { capacityItems: number; overflow: 'latest' }>()
const quick: RunOptions = { ...shared, scheduler: { strategy: 'work-stealing' }, onError: 'stop' }
run(fromIterable([1]).pipe(map((n) => n)), quick)
