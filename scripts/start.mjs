// `npm start`: set-up, then the main job under each strategy, what it did, and how to go on.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runNode } from './process.mjs'
import { setup } from './setup.mjs'

const job = 'examples/10-near-duplicates.ts'
const out = 'near-duplicates.ndjson'

const next = [
  [`npx millrace graph ${job}`, 'draws the graph that just ran'],
  ['npx millrace run examples/02-birdstrikes.ts', 'runs a smaller one'],
  ['npx millrace --help', 'says what else there is'],
  ['README.md, docs/guide.md', 'say how to write your own'],
]

async function runJob(strategy, folder) {
  const file = strategy === 'inline' ? out : join(folder, `${strategy}.ndjson`)
  const summaryFile = join(folder, `${strategy}.json`)
  const flags = ['--param', `out=${file}`, '--strategy', strategy, '--summary', summaryFile]
  const { code } = await runNode(['packages/millrace/dist/cli.js', 'run', job, ...flags])
  if (code !== 0) return { code }
  const { elapsedMs, threads, balanced } = JSON.parse(readFileSync(summaryFile, 'utf8'))
  const steals = threads.workers.reduce((sum, { stealing }) => sum + (stealing?.steals ?? 0), 0)
  const answer = readFileSync(file, 'utf8')
  return { code, strategy, elapsedMs, threads: threads.peak, steals, balanced, answer }
}

function table(runs) {
  const [first] = runs
  const rows = runs.map(({ strategy, elapsedMs, threads, steals, answer, balanced }) => [
    strategy,
    `${(elapsedMs / 1000).toFixed(2)} s`,
    `${(first.elapsedMs / elapsedMs).toFixed(2)}x`,
    `${threads}`,
    strategy === 'work-stealing' ? `${steals}` : '-',
    answer === first.answer ? 'yes' : 'NO',
    balanced ? 'yes' : 'NO',
  ])
  const head = [
    'strategy',
    'time',
    'speed-up',
    'workers',
    'steals',
    'same answer',
    'every item accounted for',
  ]
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  )
}

async function main() {
  const failed = await setup()
  if (failed) return failed
  console.log(
    'Near duplicates among the glosses of WordNet, on this thread, then on a pool of workers, then on workers that steal:\n',
  )
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  try {
    const runs = []
    for (const strategy of ['inline', 'pool', 'work-stealing']) {
      const result = await runJob(strategy, folder)
      if (result.code !== 0) return result.code
      runs.push(result)
    }
    console.log(`\n${table(runs).join('\n')}\n`)
    console.log(`The pairs are in ${out}. To go on:`)
    for (const [command, does] of next) console.log(`  ${command.padEnd(50)}  ${does}`)
    return runs.every(({ answer }) => answer === runs[0].answer) ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = await main()
