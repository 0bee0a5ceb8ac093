// `npm test [-- filter …]`: set-up, then every check of the repository. All phases run, whatever fails;
// each counts as one test, vitest's own are counted singly. Filters go to vitest.
// With `--tests-only` first, no set-up and no other check: how `test-on.mjs` runs them on a second Node.
// The last line printed is always `N passed, N failed`.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNode } from './process.mjs'
import { setup } from './setup.mjs'

const testsOnly = process.argv[2] === '--tests-only'
const filters = process.argv.slice(testsOnly ? 3 : 2)
const vitestReport = join(root, 'node_modules/.cache/vitest-report.json')
const count = { passed: 0, failed: 0 }

// Colours are for terminals; a log is read as text.
if (!process.stdout.isTTY) {
  delete process.env.FORCE_COLOR
  process.env.NO_COLOR = '1'
}

const checks = [
  ['types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.check.json', '--pretty', 'false']],
  ['types of the page', ['node_modules/typescript/bin/tsc', '-p', 'packages/ui/page', '--pretty', 'false']],
  ['format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--colors=off', '.']],
  [
    'layers',
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      ...'--config .dependency-cruiser.mjs packages examples bench'.split(' '),
    ],
  ],
  ['packages', ['scripts/check-packages.mjs']],
]

if (!testsOnly) {
  await phase('set-up', async () => ({ code: await setup(), output: '' }))
  await runTwoAtATime(
    checks.map(
      ([name, args]) =>
        () =>
          phase(name, () => runNode(args, { capture: true })),
    ),
  )
}
await runVitest()

console.log(`\n${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed > 0 ? 1 : 0

async function phase(name, work) {
  const started = performance.now()
  const { code, output } = await work()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  count[code === 0 ? 'passed' : 'failed'] += 1
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (code !== 0 && output.trim()) console.log(output.trim().replaceAll(/^/gm, '    '))
}

/** The reference machine has two cores; vitest, which measures time here and there, runs alone. */
async function runTwoAtATime(jobs) {
  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job()
  }
  await Promise.all([worker(), worker()])
}

async function runVitest() {
  const started = performance.now()
  console.log('\ntests')
  rmSync(vitestReport, { force: true })
  const { code } = await runNode(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${vitestReport}`,
      ...filters,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const { passed, failed } = readReport()
  count.passed += passed
  // An error outside any test (an unhandled rejection, no file found) fails the run but no test.
  count.failed += code !== 0 && failed === 0 ? 1 : failed
  console.log(
    `${code === 0 ? 'ok    ' : 'FAILED'} tests (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  )
}

function readReport() {
  if (!existsSync(vitestReport)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(vitestReport, 'utf8'))
  // A file that could not be loaded holds no tests and would not be counted.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}
