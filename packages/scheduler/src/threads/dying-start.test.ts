/** Goal: a worker that dies while it starts ends the run with an error, in a process that waits for nothing else. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const built = (path: string): string =>
  JSON.stringify(pathToFileURL(fileURLToPath(new URL(`../../../${path}`, import.meta.url))).href)

test.each(['dedicated', 'hybrid', 'pool'])(
  '%s: WORKER_LOST, where a preload throws in workers',
  (strategy) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-dying-'))
    try {
      const [preload, module, program] = ['preload.mjs', 'graph.mjs', 'program.mjs'].map((name) =>
        join(folder, name),
      )
      writeFileSync(
        preload as string,
        "import { isMainThread } from 'node:worker_threads'\nif (!isMainThread) throw new Error('not in workers')\n",
      )
      writeFileSync(
        module as string,
        `import { graph } from ${built('core/dist/index.js')}
import { collect, fromIterable, map } from ${built('terms/dist/index.js')}
export default graph(import.meta.url, () => fromIterable([1, 2, 3]).pipe(map((n) => n + 1), collect()))
`,
      )
      writeFileSync(
        program as string,
        `import { run } from ${built('millrace/dist/index.js')}
import made from './graph.mjs'
await run(made({}), { scheduler: { strategy: '${strategy}', workers: 1 } }).done.catch(({ code }) => console.log(code))
`,
      )
      const { status, stdout } = spawnSync(process.execPath, [program as string], {
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: `--import=${pathToFileURL(preload as string).href}` },
      })
      expect([status, stdout]).toEqual([0, 'WORKER_LOST\n'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
