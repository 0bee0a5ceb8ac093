// The program of a contender's process: started by start-contender.ts with one job as its argument, it loads the
// contender, measures the job's tasks in order and writes one report to file descriptor 3, which leaves stdout and
// stderr to the contender. It never ends itself: a contender that leaves something running is found out.

import { writeSync } from 'node:fs'
import type { Job, Prepare, Report } from './contracts.ts'
import { measure } from './measure.ts'
import { ownPeakRssBytes } from './process-usage.ts'

const job = JSON.parse(process.argv[2] ?? '') as Job
const { prepare } = (await import(job.module)) as { prepare: Prepare }

const results: Report['results'][number][] = []
for (const { workload, items } of job.tasks) {
  const figures = await measure(await prepare(workload, items), job.window).catch((error: unknown) => {
    throw new Error(`${workload} of ${items} items`, { cause: error })
  })
  results.push({ workload, items, figures })
}

const report: Report = { results, peakRssBytes: ownPeakRssBytes() }
writeSync(3, JSON.stringify(report))
