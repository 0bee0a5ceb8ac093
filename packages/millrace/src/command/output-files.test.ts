/** Goal: each file that a command writes is its own while it runs, and nobody else's. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { takeOutputFiles } from './output-files.ts'

const KINDS = ['summary', 'report', 'telemetry', 'deadLetters', 'trace'] as const

const none = { config: undefined, summary: undefined, telemetry: undefined, deadLetters: undefined }

test.each(KINDS)(
  'a %s that another run writes is refused, and free once that run has ended',
  async (kind) => {
    const folder = temporaryFolder({ 'graph.ts': '' })
    const file = join(folder, 'out')
    const files = { ...none, module: join(folder, 'graph.ts'), [kind]: file }
    const release = await takeOutputFiles(files)
    const other = KINDS[(KINDS.indexOf(kind) + 1) % KINDS.length] as string
    for (const taken of [files, { ...none, module: files.module, [other]: file }]) {
      await expect(takeOutputFiles(taken)).rejects.toMatchObject({
        code: 'IN_USE',
        holder: { pid: process.pid },
      })
    }
    release()
    ;(await takeOutputFiles(files))()
  },
)

test('a run that is refused one file holds none of the others', async () => {
  const folder = temporaryFolder({ 'graph.ts': '' })
  const [module, summary, telemetry] = ['graph.ts', 's.json', 't.jsonl'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  writeFileSync(summary, '{}')
  const release = await takeOutputFiles({ ...none, module, telemetry })
  await expect(takeOutputFiles({ ...none, module, summary, telemetry })).rejects.toMatchObject({
    code: 'IN_USE',
  })
  ;(await takeOutputFiles({ ...none, module, summary }))()
  release()
})
