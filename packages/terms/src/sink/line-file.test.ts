/** Goal: a file under way is gone on with from a position: nothing twice, nothing lost, and never another file. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { LineFile, type LineFilePosition } from './line-file.ts'

const line = (i: number) => `line ${i} é`

async function writeLinesOf(file: LineFile, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await file.write(line(i))
}

/** A file written up to line `to`, with its position at line `at`; the process then dies. */
async function begun(path: string, at: number, to: number): Promise<LineFilePosition> {
  const file = await LineFile.open(path)
  await writeLinesOf(file, 0, at)
  const position = structuredClone(file.position())
  await file.sync()
  await writeLinesOf(file, at, to)
  await file.discard()
  return position
}

async function lineCount(path: string): Promise<number> {
  const text = await readFile(path, 'utf8')
  const lines = text.split('\n').slice(0, -1)
  expect(lines.every((each, i) => each === line(i))).toBe(true)
  return lines.length
}

test.each([0, 1, 5_000, 30_000])('is cut to the position, at line %i, and gone on with', async (at) => {
  const folder = await temporaryFolder()
  const path = join(folder, 'out.txt')
  const position = await begun(path, at, 40_000)
  expect(await readdir(folder)).toHaveLength(1)
  const again = await LineFile.reopen(path, position)
  expect(again.position()).toEqual(position)
  await writeLinesOf(again, at, 45_000)
  const { lines, bytes } = await again.commit()
  expect([lines, bytes]).toEqual([45_000, (await stat(path)).size])
  expect(await lineCount(path)).toBe(45_000)
  expect(await readdir(folder)).toEqual(['out.txt'])
})

test('without a position it is removed when the run fails', async () => {
  const folder = await temporaryFolder()
  const file = await LineFile.open(join(folder, 'out.txt'))
  await writeLinesOf(file, 0, 20_000)
  await file.discard()
  expect(await readdir(folder)).toEqual([])
})

test.skipIf(process.platform === 'win32').each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
  'a process that is ended by %s leaves no half of a file',
  async (signal) => {
    const folder = await temporaryFolder()
    const program = fileURLToPath(new URL('test/writes-and-waits.mjs', import.meta.url))
    const child = spawn(process.execPath, [program, join(folder, 'out.txt')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect(await readdir(folder)).not.toEqual([])
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([null, signal])
    expect(await readdir(folder)).toEqual([])
  },
)

test('once it is in place a copy is taken back; as often as the process dies', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'out.txt')
  const first = await LineFile.open(path)
  await writeLinesOf(first, 0, 30_000)
  const position = first.position()
  await writeLinesOf(first, 30_000, 40_000)
  await first.commit()
  for (let deaths = 0; deaths < 3; deaths++) {
    const again = await LineFile.reopen(path, position)
    expect(await lineCount(path)).toBe(40_000) // what is in place stays whole
    await writeLinesOf(again, 30_000, 40_000)
    await again.commit()
    expect(await lineCount(path)).toBe(40_000)
  }
  expect(await readdir(folder)).toEqual(['out.txt'])
})

test('a file that is gone, was cut, or is another one is refused', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'out.txt')
  const position = await begun(path, 30_000, 40_000)
  const refused = (message: RegExp, file = path) =>
    expect(LineFile.reopen(file, position)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    })
  await refused(
    /a run that wrote .*out\.txt, and this one is to write .*other\.txt/,
    join(folder, 'other.txt'),
  )
  const [left] = (await readdir(folder)) as [string]
  await rename(join(folder, left), join(folder, 'aside'))
  await refused(/which holds what was written before the checkpoint, is gone/)
  await writeFile(path, 'x'.repeat(position.bytes))
  await refused(/is gone/)
  await writeFile(path, 'short')
  await refused(/is gone/)
  await rm(path)
  await writeFile(join(folder, left), 'short')
  await refused(/has 5 bytes, fewer than the \d+ that the checkpoint knows of/)
})
