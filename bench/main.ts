// The benchmark's program: picks the suites, runs them one after the other, prints tables to stdout and progress to
// stderr, and writes one JSON and one SVG file per suite, and a page where the suite has one. It ends with 1 when a contender failed or answered wrongly;
// a missed target is shown and no failure.

import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Choice, narrow, parseChoice, usage } from './harness/arguments.ts'
import { drawChart } from './harness/chart.ts'
import type { Suite } from './harness/contracts.ts'
import { loadSuite, suiteNames } from './harness/find-suites.ts'
import { summariseProfiles } from './harness/profiles.ts'
import { report } from './harness/report.ts'
import { runSuite } from './harness/run-suite.ts'

try {
  const choice = parseChoice(process.argv.slice(2))
  if (choice.help) console.log(`${usage}\n\nsuites: ${suiteNames().join(', ')}`)
  else await bench(choice)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function bench(choice: Choice): Promise<void> {
  const names = choice.suites.length > 0 ? choice.suites : suiteNames()
  // All are looked up before the first runs: a misspelt name should not show after minutes.
  const found = await Promise.all(names.map((name) => loadSuite(name, choice.own)))
  const suites = choice.suites.length > 0 ? found : found.filter(({ isApart }) => isApart !== true)
  for (const suite of suites.map((each) => narrow(each, choice.only))) await runOne(suite, choice)
}

async function runOne(
  suite: Suite,
  { mode, rounds = suite.rounds[mode], out, profile }: Choice,
): Promise<void> {
  const start = performance.now()
  const say = (progress: string) => process.stderr.write(`${suite.name}: ${progress}\n`)
  const outcome = await runSuite({ suite, mode, rounds, say, profile: profile && resolve(profile) })
  const shown = suite.show?.(outcome)
  for (const line of shown?.lines ?? []) console.log(line)
  console.log(`${report(suite, outcome)}\n`)

  const folder = resolve(out ?? fileURLToPath(new URL('results', import.meta.url)))
  mkdirSync(folder, { recursive: true })
  writeFileSync(resolve(folder, `${suite.name}.json`), `${JSON.stringify(outcome, undefined, 2)}\n`)
  writeFileSync(resolve(folder, `${suite.name}.svg`), shown?.svg ?? (await drawChart(suite, outcome)))
  if (shown !== undefined) writeFileSync(resolve(folder, `${suite.name}.html`), shown.html)
  say(`${Math.round((performance.now() - start) / 1_000)} s`)

  if (profile !== undefined) process.stderr.write(`${summariseProfiles(resolve(profile), suite.name)}\n`)

  const failed = outcome.rows.filter((row) => row.failed !== undefined)
  if (failed.length === 0) return
  process.exitCode = 1
  const contenders = new Set(failed.map(({ contender }) => contender))
  process.stderr.write(`${suite.name}: FAILED contenders: ${[...contenders].join(', ')}\n`)
}
