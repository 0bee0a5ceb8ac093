/** Goal: what a checkpoint speaks of would survive a crash of the machine, also that the file is there. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VirtualClock } from '@millrace/core/testing'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { InPlaceFile } from './in-place-file.ts'
import { LineFile } from './line-file.ts'
import { RollingFiles } from './rolling-files.ts'

const synced = vi.hoisted(() => [] as string[])
vi.mock('@millrace/core/files', async (original) => {
  const real = await original<typeof import('@millrace/core/files')>()
  return {
    ...real,
    syncFolder(folder: string) {
      synced.push(folder)
      return real.syncFolder(folder)
    },
  }
})

const rolling = {
  maxBytes: 100,
  everyMs: undefined,
  isTimed: false,
  clock: new VirtualClock(),
  flushMs: undefined,
}

test.each([
  ['LineFile', (file: string) => LineFile.open(file)],
  ['InPlaceFile', (file: string) => InPlaceFile.open(file, true, undefined)],
  ['RollingFiles', (file: string) => RollingFiles.open(file, rolling)],
])('%s: the folder of a new file is flushed once', async (_, open) => {
  const file = join(await temporaryFolder(), 'a.log')
  const target = await open(file)
  synced.length = 0
  await target.write('one')
  for (let n = 0; n < 2; n++) {
    target.position()
    await target.sync()
  }
  expect(synced).toEqual([join(file, '..')])
  await target.discard()
})

test('where the file is a link, it is the folder of what it leads to', async () => {
  const folder = await temporaryFolder()
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub/a.log'), '')
  symlinkSync(join(folder, 'sub/a.log'), join(folder, 'a.log'))
  for (const open of [LineFile.open, (file: string) => InPlaceFile.open(file, true, undefined)]) {
    const target = await open(join(folder, 'a.log'))
    synced.length = 0
    target.position()
    await target.sync()
    expect(synced).toEqual([join(folder, 'sub')])
    await target.discard()
  }
})
