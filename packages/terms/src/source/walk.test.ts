/** Goal: `walk` and `glob` give the files there are, in order, and no more than is asked for. */

import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { glob, map, take, toArray, walk } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const FILES = ['a.ts', 'b/c.ts', 'b/d.md', 'b/e/f.ts', 'b/e/g/h.ts', 'z.md', '.hidden/i.ts']

async function folder(): Promise<string> {
  const root = await temporaryFolder()
  for (const file of FILES) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), '')
  }
  await symlink(root, join(root, 'b', 'loop'))
  return root
}

test('walk gives every file, sorted, and follows no link', async () => {
  const root = await folder()
  const names = (term: ReturnType<typeof walk>) => toArray(term.pipe(map((path) => relative(root, path))))
  expect(await names(walk(root))).toEqual([...FILES].sort())
  expect(await names(walk(root, { maxDepth: 0 }))).toEqual(['a.ts', 'z.md'])
  expect(await names(walk(root, { maxDepth: 1 }))).toEqual([
    '.hidden/i.ts',
    'a.ts',
    'b/c.ts',
    'b/d.md',
    'z.md',
  ])
  expect(await names(walk(root).pipe(take(1)) as never)).toEqual(['.hidden/i.ts'])
})

test('glob gives the files that match', async () => {
  const cwd = await folder()
  const found = (pattern: string, dot = false) => toArray(glob(pattern, { cwd, dot }))
  expect(await found('*.ts')).toEqual(['a.ts'])
  expect(await found('**/*.ts')).toEqual(['a.ts', 'b/c.ts', 'b/e/f.ts', 'b/e/g/h.ts'])
  expect(await found('**/*.ts', true)).toEqual(['.hidden/i.ts', 'a.ts', 'b/c.ts', 'b/e/f.ts', 'b/e/g/h.ts'])
  expect(await found('b/*.{md,ts}')).toEqual(['b/c.ts', 'b/d.md'])
  expect(await found('x/**')).toEqual([])
})

test('a folder that is not there fails the run', async () => {
  const missing = join(await temporaryFolder(), 'missing')
  for (const term of [walk(missing), glob('*', { cwd: missing })]) {
    await expect(toArray(term)).rejects.toMatchObject({
      cause: { code: 'BAD_INPUT', cause: { code: 'ENOENT' } },
    })
  }
})

test('refuse what makes no sense', () => {
  expect(() => walk(3 as never)).toThrow(REFUSED)
  expect(() => walk('.', { maxDepth: -1 })).toThrow(REFUSED)
  expect(() => glob('')).toThrow(REFUSED)
  expect(() => glob('*', { dot: 1 as never })).toThrow(REFUSED)
})
