/** Goal: what TypeScript a program may be written in, its workers can load; also what only they ever import. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { millrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const files = {
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  'lib/plus.ts': 'export const plus: number = 1000\n',
  'lib/late.ts': `import { plus } from './plus.js'
enum Times { three = 3 }
export const late = (n: number): number => n * Times.three + plus
`,
  'lib/data.json': '{ "word": "json" }',
  'lib/common.cts': 'const word: string = "common"\nmodule.exports = { word }\n',
  'g.ts': `import { isMainThread } from 'node:worker_threads'
import { plus } from '@lib/plus.ts'
import { graph } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'
import common from './lib/common.cjs'
import data from './lib/data.json'

const f = async (n: number): Promise<string> => {
  const { late } = await import('./lib/late.js')
  if (n > 2) throw new RangeError('three')
  return [late(n), plus, data.word, common.word, isMainThread].join(' ')
}

export default graph(import.meta.url, ({ n }: { n: string }) =>
  fromIterable([1, 2, 3].slice(0, Number(n))).pipe(map(f), print()))
`,
}

/** A folder whose modules import the package by its name. */
function program(texts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(texts)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(folder, 'node_modules', 'millrace'))
  return folder
}

test.each(['inline', 'dedicated', 'pool', 'work-stealing'])('%s', async (strategy) => {
  const folder = program(files)
  const run = (n: number) =>
    millrace(['run', 'g.ts', '--strategy', strategy, '--workers', '2', '--param', `n=${n}`], folder)
  const isCaller = strategy === 'inline'
  expect(await run(2)).toMatchObject({
    code: 0,
    stdout: `1003 1000 json common ${isCaller}\n1006 1000 json common ${isCaller}\n`,
    stderr: '',
  })
  const failed = await run(3)
  expect(failed.code).toBe(1)
  expect(failed.stderr).toMatch(/three \[TERM_FAILED\]\n\s+at .*g\.ts:10\n/)
})

test('the tsconfig beside the graph holds, whatever is beside the config', async () => {
  const folder = program({
    ...files,
    'settings/tsconfig.json': '{}',
    'settings/millrace.config.ts': 'const batchItems: number = 4\nexport default { batchItems }\n',
  })
  const config = join('settings', 'millrace.config.ts')
  const args = ['run', 'g.ts', '--param', 'n=1', '--config', config]
  expect(await millrace(args, folder)).toMatchObject({ code: 0, stdout: '1003 1000 json common true\n' })
})
