/** Goal: a new folder becomes a project of its own name, and nothing that exists is touched. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, packageName } from './create-project.ts'
import { filesOf, TEMPLATES, type Template } from './templates.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-millrace-'))
})
afterAll(() => rm(folder, { recursive: true }))

const names = Object.keys(TEMPLATES) as Template[]
const project = (dir: string, template: Template = 'etl') =>
  ({ dir: join(folder, dir), template, manager: 'npm', version: '1.2.3' }) as const

test('every template is a folder, and every folder a template', async () => {
  const home = fileURLToPath(new URL('../templates', import.meta.url))
  expect((await readdir(home)).sort()).toEqual([...names].sort())
})

test.each(names)('%s has all that a project needs', (template) => {
  const files = filesOf(template)
  expect([...files.keys()].filter((path) => !/^(src|data)\//.test(path)).sort()).toEqual([
    '.gitignore',
    'README.md',
    'millrace.config.json',
    'package.json',
    'tsconfig.json',
  ])
  const { name, scripts } = JSON.parse(files.get('package.json') as string)
  expect(name).toBe(`millrace-${template}`)
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'check']))
  expect(JSON.parse(files.get('millrace.config.json') as string).$schema).toBe(
    './node_modules/millrace/config.schema.json',
  )
  expect([...files.keys()].filter((path) => /^src\/.*\.test\.ts$/.test(path))).toHaveLength(1)
})

test('a project has its own name, and the version it was made with', async () => {
  const made = createProject(project('My Job!'))
  const manifest = JSON.parse(await readFile(join(folder, 'My Job!', 'package.json'), 'utf8'))
  expect(manifest.name).toBe('my-job')
  expect(manifest.dependencies).toEqual({ millrace: '^1.2.3' })
  expect(await readFile(join(folder, 'My Job!', 'README.md'), 'utf8')).toContain('# my-job\n')
  expect(made).toContain('src/orders.ts')
})

test('for pnpm the README names pnpm, and its settings are written', async () => {
  createProject({ ...project('for-pnpm'), manager: 'pnpm' })
  const readme = await readFile(join(folder, 'for-pnpm', 'README.md'), 'utf8')
  expect(readme).toContain('`pnpm start`')
  // pnpm would hand it to the command
  expect(readme).not.toContain(' -- ')
  expect(await readFile(join(folder, 'for-pnpm', 'pnpm-workspace.yaml'), 'utf8')).toMatch(
    /^packages:.*esbuild/s,
  )
})

test('a folder that holds anything is refused, and stays as it is', async () => {
  await mkdir(join(folder, 'full'))
  await writeFile(join(folder, 'full', 'README.md'), 'mine')
  expect(() => createProject(project('full'))).toThrow(/is not empty: it holds README.md/)
  expect(await readdir(join(folder, 'full'))).toEqual(['README.md'])
  expect(() => createProject(project('full/README.md'))).toThrow(/is no folder/)
  expect(await readFile(join(folder, 'full', 'README.md'), 'utf8')).toBe('mine')
})

test('a folder that cannot be made is told of, without a trace', async () => {
  await symlink(join(folder, 'nowhere', 'at-all'), join(folder, 'dangling'))
  expect(() => createProject(project('dangling'))).toThrow(/cannot be written: .*(ENOENT|EEXIST)/)
})

// in /proc nobody can make one; a recursive mkdir would try for ever
test.skipIf(!existsSync('/proc/self'))('a parent that takes no folder is told of', () => {
  expect(() => createProject({ ...project('x'), dir: '/proc/x/y' })).toThrow(/cannot be written: .*ENOENT/)
})

test('a folder without a name is refused', () => {
  expect(() => createProject({ ...project('x'), dir: ' ' })).toThrow(/has no name/)
})

test('a folder in folders that are not there yet', () => {
  expect(createProject(project('one/two/three'))).toContain('package.json')
})

test('a folder with nothing but a repository is taken', async () => {
  await mkdir(join(folder, 'cloned', '.git'), { recursive: true })
  expect(createProject(project('cloned'))).toContain('package.json')
})

test.each([
  ['/tmp/orders', 'orders'],
  ['/tmp/.hidden', 'hidden'],
  ['/tmp/Ünder Score_2', 'nder-score_2'],
  ['/', 'millrace-app'],
  ['/tmp/Millrace', 'millrace-app'],
  ['/tmp/node_modules', 'node_modules-app'],
  [`/tmp/${'x'.repeat(250)}`, 'x'.repeat(200)],
])('%s is the package %s', (dir, name) => {
  expect(packageName(dir)).toBe(name)
})

const command = fileURLToPath(new URL('../bin/create-millrace.js', import.meta.url))

/** Runs the build of the command, without a terminal. */
function create(...args: string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v20' }
    execFile(process.execPath, [command, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

test('without a terminal nothing is asked, and it says how to go on', async () => {
  const { code, stdout } = await create('asked')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^asked: \d+ files from the template etl/)
  expect(stdout.split('\n').slice(-5, -1)).toEqual([
    '  cd asked',
    '  pnpm install',
    '  pnpm test',
    '  pnpm start',
  ])
})

test.each([
  [['x', '--template', 'elt'], 'There is no template elt. There are: etl, feed, cpu, cluster.'],
  [['x', 'y'], 'One folder at most, but got: x, y.'],
  [['x', '--tempalte', 'etl'], "Unknown option '--tempalte'. See --help."],
])('%j is refused', async (args, message) => {
  expect(await create(...args)).toEqual({ code: 2, stdout: '', stderr: `create-millrace: ${message}\n` })
  expect(await readdir(folder)).not.toContain('x')
})
