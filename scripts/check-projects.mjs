// Makes a project of each template of create-millrace from the packed packages, and runs its tests and its graph.
// check-packages has them share one install. By hand, each with an install of its own, on other Nodes and with pnpm:
//
//     node scripts/check-projects.mjs 20 22 24

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkSuite, compilersOf, VERSIONS } from './check-types.mjs'
import { archiveOf, folders, fromArchives, manifestOf, pack } from './packed.mjs'
import { environment } from './pnpm.mjs'
import { root, run, runNode } from './process.mjs'

const templates = readdirSync(join(root, 'packages/create-millrace/templates'))

/** How each is started, and a text that it has to print, or to write to the file named. */
const starts = {
  etl: { args: [], prints: '"city":"Bonn","orders":38', in: 'totals.ndjson' },
  feed: { args: ['--param', 'count=150'], prints: 'readings)' },
  cpu: { args: ['--param', 'count=4'], prints: '150000 to 199999: 4136 primes' },
  cluster: { args: [], prints: 'the 23' },
}

/** The projects next to one another, with one install in the folder above. `to` holds the archives, unpacked as well. */
export async function checkProjects(to, report) {
  const home = join(to, 'projects')
  mkdirSync(home)
  const created = join(to, 'node_modules/create-millrace/bin/create-millrace.js')
  for (const template of templates) await create(created, home, template, report)
  const manifests = templates.map((name) => readJson(join(home, name, 'package.json')))
  const all = (kind) => Object.assign({}, ...manifests.map((manifest) => manifest[kind]))
  const shared = { private: true, dependencies: all('dependencies'), devDependencies: all('devDependencies') }
  Object.assign(shared.devDependencies, compilersOf(VERSIONS.slice(0, 1)))
  // not below `to`, where every package is found
  const plain = mkdtempSync(join(tmpdir(), 'millrace-plain-'))
  try {
    await checkSize(plain, to, report)
    await checkPlain(plain, report)
  } finally {
    rmSync(plain, { recursive: true, force: true })
  }
  writeJson(join(home, 'package.json'), fromArchives(shared, to))
  report('npm install', await npm(['install', ...quiet], home))
  await checkTypes(home, report)
  await Promise.all(templates.map((template) => use(join(home, template), template, report)))
}

/** The type suite, with the oldest TypeScript that reads the declarations. */
async function checkTypes(home, report) {
  const { faults } = checkSuite(home, VERSIONS[0])
  report(`types on TypeScript ${VERSIONS[0]}`, { code: faults.length, output: faults.join('\n') })
}

/** What a program in plain JavaScript installs: few packages, and small ones. */
async function checkSize(home, to, report) {
  const manifest = fromArchives({ private: true, dependencies: { millrace: '*' } }, to)
  writeJson(join(home, 'package.json'), manifest)
  report('npm install millrace', await npm(['install', ...quiet], home))
  const { packages } = readJson(join(home, 'node_modules/.package-lock.json'))
  const files = readdirSync(join(home, 'node_modules'), { recursive: true, withFileTypes: true })
  const bytes = files
    .filter((file) => file.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  const found = { packages: Object.keys(packages).length, megabytes: bytes / 1e6 }
  if (found.packages > 14 || found.megabytes > 15) {
    report('size of an install', { code: 1, output: `${found.packages} packages, ${found.megabytes} MB` })
  }
}

const PLAIN = `import { graph } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'

export default graph(import.meta.url, { params: { upTo: 3 } }, ({ upTo }) =>
  fromIterable(Array.from({ length: upTo }, (_, n) => n)).pipe(map((n) => n * n), print()),
)
`

/** The command, in a project that has neither tsx nor the package for hosts. */
async function checkPlain(home, report) {
  writeFileSync(join(home, 'graph.js'), PLAIN)
  writeJson(join(home, 'package.json'), { ...readJson(join(home, 'package.json')), type: 'module' })
  const command = join(home, 'node_modules/millrace/bin/millrace.js')
  for (const name of ['tsx', '@millrace/cluster']) {
    if (existsSync(join(home, 'node_modules', name)))
      report('npm install millrace', { code: 1, output: `${name} was installed` })
  }
  const millrace = (...args) => runNode([command, ...args], { capture: true, cwd: home })
  for (const strategy of ['inline', 'pool']) {
    const ran = await millrace('run', 'graph.js', '--strategy', strategy, '--param', 'upTo=4')
    report(`millrace run graph.js under ${strategy}`, ran)
    if (ran.output !== '0\n1\n4\n9\n') report(`output under ${strategy}`, { code: 1, output: ran.output })
  }
  const refused = await millrace('run', 'graph.js', '--strategy', 'distributed')
  const isOneLine = /^.*npm install @millrace\/cluster.*\n$/.test(refused.output)
  if (refused.code !== 2 || !isOneLine)
    report('a run over hosts without @millrace/cluster', {
      code: 1,
      output: `exit code ${refused.code}: ${refused.output}`,
    })
}

const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']

async function create(program, home, template, report, env = environment(process.env)) {
  const made = await runNode([program, template, '--template', template], { capture: true, cwd: home, env })
  report(`create ${template}`, made)
  const again = await runNode([program, template, '--template', template], { capture: true, cwd: home, env })
  if (again.code !== 2) report(`create ${template} twice`, { code: 1, output: `exit code ${again.code}` })
}

/** Its tests and its graph, as the scripts of its package.json have them. */
async function use(home, template, report, env) {
  report(`npm test of ${template}`, await npm(['test'], home, env))
  if (template === 'cluster' && !(await hasServer())) {
    console.log(
      'packages: npm start of the cluster template left out, no nats-server on the path (apt-get install nats-server)',
    )
    return
  }
  const { args, prints, in: file } = starts[template]
  const started = await npm(['start', '--', ...args], home, env)
  report(`npm start of ${template}`, started)
  const printed = file === undefined ? started.output : readFileSync(join(home, file), 'utf8')
  if (!printed.includes(prints)) report(`output of ${template}`, { code: 1, output: printed })
}

/** Where servers are required, an absent one is a failure. */
async function hasServer() {
  if (process.env.MILLRACE_SERVICES === 'required') return true
  const found = await run('nats-server', ['--version'], { capture: true })
  return found.code === 0
}

function npm(args, cwd, env = environment(process.env)) {
  return run('npm', args, { capture: true, cwd, env, shell: process.platform === 'win32' })
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

/** All templates on one Node, each with an install of its own; one of them with pnpm as well. */
async function checkOn(version, to, report) {
  const found = await run(
    'npx',
    ['--yes', '--loglevel=error', '-p', `node@${version}`, 'node', '-p', "'\\n' + process.execPath"],
    { capture: true, env: environment(process.env), shell: process.platform === 'win32' },
  )
  report(`Node ${version}`, found)
  if (found.code !== 0) return
  const node = found.output.trim().split('\n').at(-1)
  const env = { ...environment(process.env), PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  const home = join(to, `node-${version}`)
  mkdirSync(home)
  const program = join(home, 'packed/bin/create-millrace.js')
  mkdirSync(join(home, 'packed'))
  const archive = archiveOf(to, manifestOf('create-millrace'))
  await run('tar', ['-xzf', archive, '-C', join(home, 'packed'), '--strip-components=1'])
  for (const template of templates) {
    const began = performance.now()
    await create(program, home, template, report, env)
    const project = join(home, template)
    writeJson(join(project, 'package.json'), fromArchives(readJson(join(project, 'package.json')), to))
    report('npm install', await npm(['install', ...quiet], project, env))
    await use(project, template, report, env)
    // the workspace checks the templates' types with its own
    report(`npm run check of ${template}`, await npm(['run', 'check'], project, env))
    console.log(`Node ${version}  ${template}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
  await checkPnpm(program, join(home, 'with-pnpm'), to, report, env)
}

async function checkPnpm(program, home, to, report, env) {
  const { packageManager } = readJson(join(root, 'package.json'))
  const pnpm = (...args) =>
    run('npx', ['--yes', '--loglevel=error', packageManager, ...args], { capture: true, cwd: home, env })
  mkdirSync(home)
  report(
    'create with pnpm',
    await runNode([program, home, '-t', 'cpu'], {
      capture: true,
      env: { ...env, npm_config_user_agent: packageManager.replace('@', '/') },
    }),
  )
  const { overrides, ...manifest } = fromArchives(readJson(join(home, 'package.json')), to)
  writeJson(join(home, 'package.json'), { ...manifest, pnpm: { overrides } })
  report('pnpm install', await pnpm('install', '--prefer-offline'))
  report('pnpm test', await pnpm('test'))
  report('pnpm start', await pnpm('start'))
}

async function main(versions) {
  if (versions.length === 0 || folders.length === 0) {
    console.error('usage: node scripts/check-projects.mjs <Node version> …')
    return 2
  }
  const to = mkdtempSync(join(tmpdir(), 'millrace-projects-'))
  let failed = 0
  const report = (step, { code, output }) => {
    if (code === 0) return
    failed++
    console.error(`${step} failed:\n${output.trim()}`)
  }
  try {
    report('pnpm pack', await pack(to))
    for (const version of versions) await checkOn(version, to, report)
  } finally {
    rmSync(to, { recursive: true, force: true })
  }
  console.log(failed === 0 ? 'all projects run' : `${failed} failed`)
  return failed === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main(process.argv.slice(2))
