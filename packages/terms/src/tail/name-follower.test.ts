/** Goal: files that were given an inode again are told from copies; what is packed is unpacked once, and no further than needed. */

import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { Reading } from './following.ts'
import { LinesOfBytes } from './lines-of-bytes.ts'
import { NameFollower } from './name-follower.ts'
import { type FoundFile, fileAt } from './past-files.ts'
import { openUnpacked } from './unpacked-file.ts'

const unpacked = vi.hoisted(() => ({ times: 0 }))
vi.mock('./unpacked-file.ts', async (original) => {
  const real = await original<typeof import('./unpacked-file.ts')>()
  return {
    openUnpacked: (...args: Parameters<typeof real.openUnpacked>) => {
      unpacked.times++
      return real.openUnpacked(...args)
    },
  }
})

let file: string
const followers: NameFollower[] = []

beforeEach(async () => {
  file = join(await temporaryFolder(), 'app.log')
  unpacked.times = 0
})

afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close()
})

function follow(place?: NameFollower['place']) {
  const follower = new NameFollower(file, place)
  followers.push(follower)
  const reading = new Reading(follower, new LinesOfBytes('utf8', 1000))
  /** Looks as many times; the lines that have come. */
  const look = async (times = 5): Promise<string[]> => {
    const lines: string[] = []
    for (let n = 0; n < times; n++) lines.push(...((await reading.next())?.items ?? []))
    return lines
  }
  return { follower, look }
}

/** What has the name was rotated, as number 1. */
function rotate(next: string, isPacked: boolean, text: string): void {
  if (isPacked) {
    writeFileSync(`${file}.1.gz`, gzipSync(text))
    rmSync(file)
  } else renameSync(file, `${file}.1`)
  writeFileSync(file, next)
}

test('a file that was given the inode of a packed one is not taken for that one, cut', async () => {
  writeFileSync(file, 'one\nhalf')
  const first = follow()
  expect(await first.look()).toEqual(['one'])
  const { place } = first.follower
  await first.follower.close()
  rotate('two\n', true, 'one\nhalf')
  renameSync(`${file}.1.gz`, `${file}.2.gz`)
  rotate('three\n', false, '')
  const { id } = (await fileAt(file, '')) as FoundFile
  // which inode is given away next is the file system's choice
  const again = follow({ ...place, file: { ...(place.file as NonNullable<typeof place.file>), id } })
  expect(await again.look(9)).toEqual(['half', 'two', 'three'])
})

test('the packed file before is unpacked once, however often the folder is looked at', async () => {
  writeFileSync(file, 'one\n')
  const { look } = follow()
  expect(await look()).toEqual(['one'])
  rotate('two\n', false, '')
  expect(await look()).toEqual(['two'])
  writeFileSync(`${file}.1.gz`, gzipSync('one\n'))
  rmSync(`${file}.1`)
  for (let n = 0; n < 5; n++) {
    appendFileSync(file, `${n}\n`)
    expect(await look()).toEqual([`${n}`])
  }
  expect(unpacked.times).toBe(1)
})

test('packed files that may be copies are unpacked once', async () => {
  writeFileSync(`${file}.1.gz`, gzipSync(''))
  writeFileSync(file, 'one\n')
  const { look } = follow()
  expect(await look()).toEqual(['one'])
  writeFileSync(`${file}.1.gz`, gzipSync('one\n'))
  await look()
  const { times } = unpacked
  expect(times).toBeGreaterThan(0)
  appendFileSync(file, 'two\n')
  expect(await look(20)).toEqual(['two'])
  expect(unpacked.times - times).toBeLessThan(3)
})

test('no more is unpacked than is compared', async () => {
  writeFileSync(`${file}.1.gz`, gzipSync(Buffer.alloc(50_000_000)))
  const found = (await fileAt(`${file}.1.gz`, 'gz')) as FoundFile
  const mark = { at: 100, size: 0, mtimeMs: 0, head: crc32(Buffer.alloc(100)), samples: 0, tail: 0 }
  const handle = await openUnpacked(found, mark)
  const { size } = (await handle?.stat()) ?? { size: undefined }
  await handle?.close()
  expect(size).toBeGreaterThanOrEqual(100)
  expect(size).toBeLessThan(1_000_000)
})
