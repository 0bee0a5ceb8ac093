/** Goal: what people write in their first days, and is not quite right, is answered with what to write. Runs the build. */

import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { run } from 'millrace'
import { fromIterable } from 'millrace/terms'
import { expect, test } from 'vitest'
import { millrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const MILLRACE = fileURLToPath(new URL('..', import.meta.url))

function said(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

const wrong = (value: unknown): never => value as never

async function* later(): AsyncGenerator<number> {
  yield 1
}

test.each<[string, () => unknown, string]>([
  [
    'a strategy beside the scheduler',
    () => run(fromIterable([1]), wrong({ strategy: 'pool' })),
    'Did you mean scheduler.strategy?',
  ],
  [
    'a strategy for the scheduler',
    () => run(fromIterable([1]), wrong({ scheduler: 'pool' })),
    'Write { strategy: "pool" }.',
  ],
  [
    'a promise of items',
    () => fromIterable(wrong(Promise.resolve([1]))),
    'await the promise, or use fromAsyncIterable()',
  ],
  [
    'an async generator',
    () => fromIterable(wrong(later())),
    'fromAsyncIterable() takes what gives its items later',
  ],
])('%s', (_name, act, remedy) => {
  expect(said(act)).toContain(remedy)
})

test('an async generator function is told of when it gives its items', async () => {
  const error: unknown = await run(fromIterable<number>(wrong(later))).done.catch((thrown: unknown) => thrown)
  expect((error as Error).message).toContain('fromAsyncIterable() takes what gives its items later')
})

test('an error is called as its class is exported, in the build as well', async () => {
  const built = (await import(
    pathToFileURL(join(MILLRACE, 'dist/index.js')).href
  )) as typeof import('millrace') & Readonly<Record<string, unknown>>
  const classes = Object.entries(built).filter(([name]) => name.endsWith('Error'))
  expect(classes.length).toBeGreaterThan(30)
  expect(classes.filter(([name, exported]) => (exported as { readonly name: string }).name !== name)).toEqual(
    [],
  )
  let thrown: unknown
  try {
    built.run(wrong(fromIterable([1])), wrong({ worker: 1 }))
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({
    name: 'InvalidOptionError',
    stack: expect.stringMatching(/^InvalidOptionError: unknown option/),
  })
})

test.each(['inline', 'pool'])(
  'paths of a tsconfig are looked for beside the module (%s)',
  async (strategy) => {
    const module = `import { graph } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'
import { five } from '@lib/five.ts'
export default graph(import.meta.url, () => fromIterable([1]).pipe(map((n) => n + five), print()))
`
    const folder = temporaryFolder({
      'package.json': '{ "type": "module" }',
      'job/tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
      'job/g.ts': module,
      'job/lib/five.ts': 'export const five: number = 5\n',
      'node_modules/.keep': '',
    })
    symlinkSync(MILLRACE, join(folder, 'node_modules', 'millrace'))
    const { stdout, stderr } = await millrace(
      ['run', 'job/g.ts', '--strategy', strategy, '--workers', '1'],
      folder,
    )
    expect([stdout, stderr]).toEqual(['6\n', ''])
  },
)
