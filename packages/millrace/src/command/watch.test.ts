/** Goal: `run --watch` runs again what has changed, once it is sound, and leaves no process. Runs the build; waits for printed lines only. */

import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { startMillrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

const MILLRACE = fileURLToPath(new URL('../..', import.meta.url))

const numbers = (text: string): string => `import { graph } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'
import { mark } from './mark.ts'
export default graph(import.meta.url, { params: { n: 1 } }, ({ n }: { n: number }) =>
  fromIterable([n]).pipe(map((x: number) => \`${text} \${x} \${mark}\`), print()))
`
/** Numbers are missing where the machine is late. */
const endless = (text: string, after = ''): string => `import { graph } from 'millrace'
import { interval, map, print } from 'millrace/terms'
export default graph(import.meta.url, () => interval(5).pipe(map((n) => \`${text} \${n}\`), print()${after}))
`
const stuck = ', map(() => new Promise((done) => setTimeout(done, 60_000)))'

function start(files: Readonly<Record<string, string>>, ...args: string[]) {
  const folder = temporaryFolder({ ...files, 'package.json': '{ "type": "module" }' })
  // modules of the case import the package by its name
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(MILLRACE, join(folder, 'node_modules', 'millrace'))
  const started = startMillrace(['run', 'g.ts', '--watch', ...args], folder)
  onTestFinished(() => void started.child.kill('SIGKILL'))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  let said = ''
  started.child.stderr?.on('data', (text: string) => {
    said += text
  })
  return { ...started, write, stderr: () => said }
}

/** The addresses of pages that were printed. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(/the page is at (\S+)/g)].map(([, address]) => address as string)
}

/** Processes that have this one for a parent. */
function childrenOf({ pid }: ChildProcess): string[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.trim() !== '')
}

const isAlive = (pid: string): boolean => spawnSync('kill', ['-0', pid.trim()]).status === 0

test('a change of the module or of what it imports runs the graph again, with its parameters', async () => {
  const { child, finished, printed, write } = start(
    { 'g.ts': numbers('one'), 'mark.ts': "export const mark: string = 'a'\n" },
    '-p',
    'n=7',
  )
  await printed('one 7 a\n')
  await printed('waiting for a change')
  write('g.ts', numbers('two'))
  await printed('two 7 a\n')
  write('mark.ts', "export const mark: string = 'b'\n")
  await printed('two 7 b\n')
  child.kill('SIGINT')
  const { code, stderr } = await finished
  expect(code).toBe(0)
  expect(stderr).toContain('mark.ts has changed')
})

test('a syntax error is told in one line, and what mends it runs', async () => {
  const { child, finished, printed, write } = start({
    'g.ts': numbers('one'),
    'mark.ts': 'export const mark = 1\n',
  })
  await printed('one 1 1\n')
  await printed('waiting for a change')
  write('g.ts', 'export default (\n')
  await printed('[BAD_INPUT]')
  write('g.ts', numbers('mended'))
  await printed('mended 1 1\n')
  child.kill('SIGINT')
  const { stderr } = await finished
  const told = stderr.split('\n').filter((line) => line.includes('BAD_INPUT'))
  expect(told).toEqual([expect.stringMatching(/^millrace: .*g\.ts:2: .*\[BAD_INPUT\]$/)])
})

test('a run under way is drained before the next one begins, and the page keeps its port and its browsers', async () => {
  const { child, finished, printed, write, stderr } = start({ 'g.ts': endless('one') }, '--ui')
  await printed('one ')
  await printed('the page is at')
  const [address = ''] = addressesIn(stderr())
  const { origin } = new URL(address)
  const cookie = (await fetch(address)).headers.get('set-cookie')?.split(';')[0] ?? ''
  write('g.ts', endless('two'))
  await printed('two ')
  expect((await fetch(origin, { headers: { cookie } })).status).toBe(200)
  expect((await fetch(origin)).status).toBe(401)
  const children = childrenOf(child)
  child.kill('SIGINT')
  const { code, stdout } = await finished
  expect([code, children.length, children.filter(isAlive)]).toEqual([0, 1, []])
  // nothing of the first run comes after the second has begun
  expect(stdout.lastIndexOf('one')).toBeLessThan(stdout.indexOf('two'))
  expect(addressesIn(stderr()).map((each) => new URL(each).origin)).toEqual([origin, origin])
})

test('with --watch-cancel what is under way is given up', async () => {
  const { child, finished, printed, write } = start({ 'g.ts': endless('one', stuck) }, '--watch-cancel')
  await printed('one ')
  write('g.ts', endless('two'))
  await printed('two ')
  child.kill('SIGTERM')
  const { code, stderr } = await finished
  expect(code).toBe(0)
  expect(stderr).toContain('a file has changed')
})

test('a second Ctrl-C cancels, and nothing is left', async () => {
  const { child, finished, printed } = start({ 'g.ts': endless('one', stuck) })
  await printed('one ')
  const children = childrenOf(child)
  child.kill('SIGINT')
  await printed('SIGINT: draining')
  child.kill('SIGINT')
  const { code } = await finished
  expect([code, children.length, children.filter(isAlive)]).toEqual([130, 1, []])
})

test('a Ctrl-C while the module loads drains the run', async () => {
  // the module loads until the signal has come
  const loading = `const timer = setInterval(() => undefined, 1000)
console.log('loading')
await new Promise((resolve) => process.once('message', resolve))
clearInterval(timer)
`
  const { child, finished, printed } = start({ 'g.ts': `${loading}${endless('one')}` })
  await printed('loading')
  child.kill('SIGINT')
  const { code, stderr } = await finished
  expect([code, stderr]).toEqual([0, expect.stringContaining('SIGINT: draining')])
  expect(stderr).not.toContain('a file has changed')
})

test('a run that cannot be started is waited for like one that has ended', async () => {
  const folder = temporaryFolder({ 'g.mjs': '' })
  const nowhere = '--import=data:text/javascript,process.execPath=`/nowhere`'
  const { child, finished, printed } = startMillrace(['run', 'g.mjs', '--watch'], folder, {
    NODE_OPTIONS: nowhere,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await printed('the run cannot be started')
  child.kill('SIGINT')
  expect(await finished).toMatchObject({ code: 0, stdout: '' })
})

test.each<[string, string[], Readonly<Record<string, string>>]>([
  ['an option', ['--strategy', 'distributed'], {}],
  ['a config', [], { 'millrace.config.json': '{ "scheduler": { "strategy": "distributed" } }' }],
])('hosts by %s are refused at once', async (_name, args, files) => {
  const { code, stderr } = await start({ 'g.ts': '', ...files }, ...args).finished
  expect([code, stderr]).toEqual([
    2,
    'millrace: --watch does not go with --strategy distributed. [BAD_INPUT]\n',
  ])
})

test('a watcher that is killed takes its run along', async () => {
  const { child, finished, printed } = start({ 'g.ts': endless('one') })
  await printed('one ')
  child.kill('SIGKILL')
  // stdout is open as long as the run has it
  expect((await finished).stderr).toContain('the command that watched it has gone')
})

test('without the module nothing is watched', async () => {
  const { finished } = start({ 'h.ts': '' })
  const { code, stderr } = await finished
  expect([code, stderr]).toEqual([2, expect.stringMatching(/There is no file g\.ts.*\[BAD_INPUT\]\n$/)])
})
