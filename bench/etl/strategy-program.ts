// The program of the contenders that are strategies of Millrace: one graph module, one strategy.

import './own-usage.ts'
import { run, type Strategy } from 'millrace'
import { workers } from './task.ts'

const [strategy, workload, input = '', table = '', output = ''] = process.argv.slice(2) as [
  Strategy,
  'logs' | 'csv' | 'words' | 'sessions' | 'enrich',
  ...string[],
]
const files = { input, output }

const graphs = {
  logs: async () => (await import('./logs-graph.ts')).default(files),
  csv: async () => (await import('./csv-graph.ts')).default(files),
  words: async () => (await import('./words-graph.ts')).default(files),
  sessions: async () => (await import('./sessions-graph.ts')).default(files),
  // the only one with a table: graph modules refuse parameters that they do not read
  enrich: async () => (await import('./enrich-graph.ts')).default({ ...files, table }),
}

// `sessions` has more terms than a small machine lends threads
const others = strategy === 'dedicated' ? { strategy, fallback: 'share' as const } : { strategy, workers }
const scheduler = strategy === 'inline' ? { strategy } : others
await run(await graphs[workload](), { scheduler }).done
