// `node scripts/test-on.mjs <version> [filter …]`: the tests, without the other checks, on another Node, which
// npx fetches (the npm package `node`). Called by `.ci/run` once `npm test` has set everything up. A Node that
// cannot be fetched is a failure under CI=true, elsewhere one line; otherwise the last line is test.mjs's.

import { delimiter, dirname } from 'node:path'
import { environment } from './pnpm.mjs'
import { run } from './process.mjs'

const [version, ...filters] = process.argv.slice(2)
if (!/^\d+(\.\d+){0,2}$/.test(version ?? '')) {
  console.error('usage: node scripts/test-on.mjs <Node version> [filter …]')
  process.exit(2)
}

const env = environment(process.env)
const { code, output } = await run(
  'npx',
  ['--yes', '--loglevel=error', '-p', `node@${version}`, 'node', '-p', "'\\n' + process.execPath"],
  { capture: true, env, shell: process.platform === 'win32' },
)
const node = output.trim().split('\n').at(-1)

if (code !== 0) {
  console.log(`Node ${version} could not be fetched, so its tests were not run: ${node}`)
  if (env.CI === 'true') {
    console.log('0 passed, 1 failed')
    process.exitCode = 1
  }
} else {
  console.log(`\non Node ${version}`)
  // programs that tests start by name run on it too
  const PATH = `${dirname(node)}${delimiter}${env.PATH}`
  const tests = await run(node, ['scripts/test.mjs', '--tests-only', ...filters], { env: { ...env, PATH } })
  process.exitCode = tests.code
}
