/** Goal: a file has one writer at a time, in all threads and processes; what a killed one holds is free at once. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileLock } from './file-lock.ts'
import { isAlive, nameOf, thisHolder } from './holder.ts'

const module = new URL('../../dist/files/index.js', import.meta.url).href

function folder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'millrace-lock-')))
}

/** Another process takes the lock, says so, and lives until it is killed; or says why it could not. */
function taker(file: string): { child: ChildProcess; said: Promise<string>; gone: Promise<unknown> } {
  const code = `
    import { FileLock } from ${JSON.stringify(module)}
    process.stdin.resume()
    await FileLock.ofFile(${JSON.stringify(file)}, 'The file').then(() => console.log('held'), (error) => {
      console.log(error.code)
      process.exit()
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text).trim())),
  )
  return { child, said, gone: new Promise((resolve) => child.once('exit', resolve)) }
}

test('one at a time; a link is the file it leads to', async () => {
  const at = folder()
  const file = join(at, 'out.txt')
  const lock = await FileLock.ofFile(file, 'The file')
  const refused = { code: 'IN_USE', holder: { pid: process.pid, host: hostname() } }
  await expect(FileLock.ofFile(file, 'The file')).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining(
      `The file ${file} is in use by a run in process ${process.pid} (this one) since`,
    ),
  })
  writeFileSync(file, '')
  symlinkSync(file, join(at, 'link'))
  await expect(FileLock.ofFile(join(at, 'link'), 'The file')).rejects.toMatchObject(refused)
  await (await FileLock.ofFile(join(at, 'other.txt'), 'The file'))?.release()
  lock?.release()
  lock?.release()
  ;(await FileLock.ofFile(join(at, 'link'), 'The file'))?.release()
  expect(readdirSync(at).sort()).toEqual(['link', 'out.txt'])
})

test('a folder that is missing is an error; what is no file has no lock', async () => {
  await expect(FileLock.ofFile(join(folder(), 'no/out.txt'), 'The file')).rejects.toMatchObject({
    code: 'ENOENT',
  })
  expect(await FileLock.ofFile(folder(), 'The file')).toBe(undefined)
})

test('of processes that come at once one gets it; when it is killed the next one does', async () => {
  const at = folder()
  const file = join(at, 'out.txt')
  const all = [taker(file), taker(file), taker(file)]
  const said = await Promise.all(all.map((each) => each.said))
  expect([...said].sort()).toEqual(['IN_USE', 'IN_USE', 'held'])
  const first = all[said.indexOf('held')] as (typeof all)[number]
  await expect(FileLock.ofFile(file, 'The file')).rejects.toMatchObject({ holder: { pid: first.child.pid } })
  first.child.kill('SIGKILL')
  await first.gone
  const lock = await FileLock.ofFile(file, 'The file')
  lock?.release()
  expect(readdirSync(at)).toEqual([])
})

test('a process id that was given away again, or is of another start of the machine, holds nothing', async () => {
  const me = thisHolder()
  expect(isAlive(me)).toBe(true)
  expect(isAlive({ ...me, boot: '00000000' })).toBe(false)
  expect(isAlive({ ...me, host: '00000000' })).toBe(true)
  if (process.platform === 'linux') {
    expect(isAlive({ ...me, began: `${Number(me.began) + 1}` })).toBe(false)
    expect(isAlive({ ...me, tid: 1 })).toBe(false)
  }
  const at = folder()
  mkdirSync(join(at, '.out.txt.lock'))
  writeFileSync(join(at, '.out.txt.lock', nameOf({ ...me, boot: '00000000' })), '')
  ;(await FileLock.ofFile(join(at, 'out.txt'), 'The file'))?.release()
  expect(readdirSync(at)).toEqual([])
  mkdirSync(join(at, '.out.txt.lock'))
  writeFileSync(join(at, '.out.txt.lock', nameOf({ ...me, host: '00000000' })), '{"host":"far"}')
  await expect(FileLock.ofFile(join(at, 'out.txt'), 'The file')).rejects.toMatchObject({
    message: expect.stringMatching(/in process \d+ on far\. .* remove .*\.out\.txt\.lock/),
  })
})
