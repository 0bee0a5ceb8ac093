/** Goal: programs see each other, in processes of their own; one that was killed is gone at once. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { MachineBoard } from './machine-board.ts'

const PROGRAM = fileURLToPath(new URL('../../test/fixtures/on-board.mjs', import.meta.url))

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-board-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A program that has so many workers, in a process of its own. */
async function programOn(folder: string, threads: number): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with code ${code}`))),
  ])
  return child as typeof child & { pid: number }
}

test('programs see each other, and not themselves', async () => {
  const folder = temporaryFolder()
  const board = new MachineBoard(folder)
  const { pid } = await programOn(folder, 3)
  expect(board.others()).toEqual([{ pid, threads: 3 }])
  board.put(2)
  expect(board.others()).toEqual([{ pid, threads: 3 }])
  expect(new MachineBoard(folder).others()).toContainEqual({ pid: process.pid, threads: 2 })
  board.put(1)
  board.remove()
  expect(new MachineBoard(folder).others()).toEqual([{ pid, threads: 3 }])
})

test('one that was killed is gone at once, and so is its file', async () => {
  const folder = temporaryFolder()
  const board = new MachineBoard(folder)
  const [one, other] = [await programOn(folder, 1), await programOn(folder, 2)]
  one.kill('SIGKILL')
  await once(one, 'exit')
  expect(board.others()).toEqual([{ pid: other.pid, threads: 2 }])
  expect(readdirSync(folder).length).toBe(1)
})

test('what is no program counts for nothing, and a folder that cannot be read makes one alone', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'notes.txt'), '7')
  const board = new MachineBoard(folder)
  expect(board.others()).toEqual([])
  const gone = new MachineBoard(join(folder, 'nowhere'))
  gone.put(1)
  gone.remove()
  expect(gone.others()).toEqual([])
})

test('the folder is the user’s own; one that others may write to is not looked at', () => {
  const runtime = process.env['XDG_RUNTIME_DIR']
  onTestFinished(() => {
    process.env['XDG_RUNTIME_DIR'] = runtime
  })
  const folder = temporaryFolder()
  process.env['XDG_RUNTIME_DIR'] = folder
  new MachineBoard().put(1)
  const [made = ''] = readdirSync(folder)
  expect(new MachineBoard(join(folder, made)).others()).toEqual([{ pid: process.pid, threads: 1 }])
  if (process.platform === 'win32') return
  chmodSync(join(folder, made), 0o777)
  expect(new MachineBoard().others()).toEqual([])
})
