// One of several programs: says that it is there, waits for the word, works, and says what workers it has and its sum.
// Started by programs.ts.

import { run, type SchedulerOptions } from 'millrace'
import spinGraph from '../shared/spin-graph.ts'

const [items = '', steps = '', budget = ''] = process.argv.slice(2)
const scheduler = { strategy: 'pool', budget } as SchedulerOptions
const say = (what: object): void => void process.send?.(what)

process.stdin.once('data', async () => {
  process.stdin.destroy()
  const running = run(spinGraph({ items: Number(items), steps: Number(steps) }), {
    scheduler,
    statsEveryMs: 20,
  })
  running.on('stats', ({ threads }) => say({ workers: threads.budget }))
  for await (const sum of running.output()) say({ sum })
  process.disconnect?.()
})
say({ isThere: true })
