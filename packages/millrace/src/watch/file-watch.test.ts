/** Goal: a change is told however the file comes to have it, also by way of another folder of the same name. Waits for events only. */

import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { FileWatch } from './file-watch.ts'

/** Watches `dist/deep/g.js`; `changed` resolves with the next file that is told. */
function watched() {
  const folder = temporaryFolder({ 'dist/deep/g.js': 'old', 'dist/deep/other.js': '' })
  const dist = join(folder, 'dist')
  const file = join(dist, 'deep/g.js')
  const told: string[] = []
  let wake = (): void => undefined
  const files = new FileWatch((each) => {
    told.push(each)
    wake()
  })
  onTestFinished(() => files.close())
  files.add(file)
  const changed = async (): Promise<string | undefined> => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return told.shift()
  }
  const write = (text: string): void => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return { dist, file, changed, write }
}

test('a file that is written, and one that takes its place', async () => {
  const { file, changed, write } = watched()
  write('new')
  expect(await changed()).toBe(file)
  writeFileSync(`${file}~`, 'newer')
  renameSync(`${file}~`, file)
  expect(await changed()).toBe(file)
})

test.each<[string, (dist: string) => void]>([
  ['removed', (dist) => rmSync(join(dist, 'deep'), { recursive: true })],
  ['removed with the one above', (dist) => rmSync(dist, { recursive: true })],
  ['moved away', (dist) => renameSync(join(dist, 'deep'), join(dist, 'elsewhere'))],
])('a folder that is %s and made again, at once or later, and again', async (_name, remove) => {
  const { dist, file, changed, write } = watched()
  remove(dist)
  write('at once')
  expect(await changed()).toBe(file)
  write('in place')
  expect(await changed()).toBe(file)
  rmSync(join(dist, 'elsewhere'), { recursive: true, force: true })
  // what is told of one folder comes to all of its watchers in one turn
  const watcher = watch(dirname(file))
  const seen = once(watcher, 'change')
  remove(dist)
  await seen
  watcher.close()
  write('later')
  expect(await changed()).toBe(file)
  write('in place again')
  expect(await changed()).toBe(file)
})

test('a file whose folders are yet to come, one by one', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'to/come/g.js')
  const told = new Promise<string>((resolve) => {
    const files = new FileWatch(resolve)
    onTestFinished(() => files.close())
    files.add(file)
  })
  mkdirSync(join(folder, 'to'))
  mkdirSync(dirname(file))
  writeFileSync(file, 'first')
  expect(await told).toBe(file)
})
