// Checkpoints are files: whole or not there, and whatever else lies in the folder is left alone.

import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { run } from '../run.ts'
import { fromIterable, map } from '../terms.ts'
import { FileStore } from './file-store.ts'

test('writes, lists, reads and removes; makes its folder when it is needed', async () => {
  const folder = join(temporaryFolder(), 'deep/er')
  const store = new FileStore(folder)
  expect(await store.list()).toEqual([])
  expect(existsSync(folder)).toBe(false)
  await store.write(2, Buffer.from('two'))
  await store.write(10, Buffer.from('ten'))
  await store.write(2, Buffer.from('two again'))
  writeFileSync(join(folder, 'notes.txt'), '')
  writeFileSync(join(folder, 'checkpoint-3.millrace.tmp'), 'torn')
  expect([...(await store.list())].sort()).toEqual([10, 2])
  expect(String(await store.read(2))).toBe('two again')
  await store.remove(2)
  await store.remove(2)
  expect(readdirSync(folder).sort()).toEqual([
    'checkpoint-10.millrace',
    'checkpoint-3.millrace.tmp',
    'notes.txt',
  ])
})

test('a folder that is none is named', async () => {
  const folder = temporaryFolder({ file: '' })
  const store = new FileStore(join(folder, 'file'))
  const place = { message: expect.stringContaining(join(folder, 'file')), code: 'BAD_INPUT' }
  await expect(store.list()).rejects.toMatchObject(place)
  await expect(store.write(1, Buffer.from(''))).rejects.toMatchObject(place)
})

test('by option: a folder or a store, one of them', async () => {
  const dir = join(temporaryFolder(), 'kept')
  const numbers = fromIterable([1, 2, 3]).pipe(map((n) => n + 1))
  const { checkpoint } = await run(numbers, { checkpoint: { dir } }).done
  expect(checkpoint).toMatchObject({ resumedFrom: undefined, written: 1 })
  expect(readdirSync(dir)).toEqual([])
  await run(numbers, { checkpoint: { store: new FileStore(dir) } }).done
  for (const [option, message] of [
    [{ everyMs: 5 }, /checkpoint\.dir is missing/],
    [{ dir, store: new FileStore(dir) }, /both dir and store/],
    [{ dir: 7 as never }, /checkpoint\.dir must be the path of a folder, but is 7/],
    [{ store: {} as never }, /checkpoint\.store must be a store of checkpoints/],
  ] as const) {
    expect(() => run(numbers, { checkpoint: option })).toThrow(message)
  }
})

test.skipIf(process.getuid?.() === 0)(
  'a folder that may not be written fails the run, and says so',
  async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o500)
    await expect(run(fromIterable([1]), { checkpoint: { dir: folder } }).done).rejects.toThrow(
      /cannot be written/,
    )
  },
)
