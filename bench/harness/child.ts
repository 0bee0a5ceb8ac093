// The program of a contender's process: started by start-contender.ts with one job as its argument, it loads the
// contender, measures the job's tasks in order and writes one report to file descriptor 3, which leaves stdout and
// stderr to the contender. Then it lets the contender close what it opened, and never ends itself: a contender that
// leaves something running is found out.

import { writeSync } from 'node:fs'
import type { Job, Measurable, Prepare, Report } from './contracts.ts'
import { measure } from './measure.ts'
import { ownPeakRssBytes } from './process-usage.ts'

const job = JSON.parse(process.argv[2] ?? '') as Job
const { prepare } = (await import(job.module)) as { prepare: Prepare }

const results: Report['results'][number][] = []
const prepared: Measurable[] = []
for (const { workload, items } of job.tasks) {
  const measurable = await prepare(workload, items, job.settings)
  prepared.push(measurable)
  const figures = await measure(measurable, job.window).catch((error: unknown) => {
    throw new Error(`${workload} of ${items} items`, { cause: error })
  })
  results.push({ workload, items, figures })
}

const report: Report = { results, peakRssBytes: ownPeakRssBytes() }
writeSync(3, JSON.stringify(report))
for (const { close } of prepared) await close?.()
