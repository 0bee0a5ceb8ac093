/** Goal: one item at the start and one for each change of content that is seen, and no more. */

import { rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { SinkProbe, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { type FileContent, fileWatch, take, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { sleeping } from '../test/sleeping.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test('gives the content at the start and after each change', async () => {
  const file = join(await temporaryFolder(), 'watched.txt')
  await writeFile(file, 'one')
  const clock = new VirtualClock(5000)
  const sink = new SinkProbe<FileContent>().request()
  const watching = run(fileWatch(file, { pollMs: 100 }).pipe(sink), { clock })
  const steps = [
    () => writeFile(file, 'two'),
    () => utimes(file, 1, 1), // touched, not changed
    () => rm(file), // gone for a while
    () => writeFile(file, 'two'), // back with the same content
    () => writeFile(file, ''),
  ]
  for (const step of steps) {
    await sleeping(clock)
    await step()
    await clock.advance(100)
  }
  await sleeping(clock)
  expect(sink.received).toEqual([
    { time: 5000, text: 'one' },
    { time: 5100, text: 'two' },
    { time: 5500, text: '' },
  ])
  const { outcome } = await watching.stop()
  expect([outcome, clock.pending]).toEqual(['stopped', 0])
})

test('does not look while there is no room', async () => {
  const file = join(await temporaryFolder(), 'watched.txt')
  await writeFile(file, 'one')
  const clock = new VirtualClock()
  expect(await toArray(fileWatch(file).pipe(take(1)), { clock })).toEqual([{ time: 0, text: 'one' }])
  expect(clock.pending).toBe(0)
})

test('a file that is missing at the start, or too large, is an error', async () => {
  const file = join(await temporaryFolder(), 'watched.txt')
  await expect(toArray(fileWatch(file))).rejects.toEqual(badInput('fileWatch', `${file} cannot be read`))
  await writeFile(file, 'abc')
  await expect(toArray(fileWatch(file, { maxBytes: 2 }))).rejects.toEqual(
    badInput('fileWatch', `${file} has 3 bytes, but fileWatch() holds 2 at most`),
  )
})

test('what is no text at two looks is an error; half a character at one may be half written', async () => {
  const file = join(await temporaryFolder(), 'watched.txt')
  await writeFile(file, Buffer.from([0x61, 0xc3]))
  const clock = new VirtualClock()
  const sink = new SinkProbe<FileContent>().request()
  const watching = run(fileWatch(file, { pollMs: 100 }).pipe(sink), { clock })
  await sleeping(clock)
  await writeFile(file, 'aé')
  await clock.advance(100)
  await sleeping(clock)
  expect(sink.received).toEqual([{ time: 100, text: 'aé' }])
  const failed = expect(watching.done).rejects.toEqual(
    badInput('fileWatch', `${file} is no text in UTF-8: byte 2 is wrong`),
  )
  await writeFile(file, Buffer.from([0x61, 0x62, 0xff]))
  await clock.advance(100)
  await sleeping(clock)
  await clock.advance(100)
  await failed
  const any = fileWatch(file, { encoding: 'latin1' }).pipe(take(1))
  expect((await toArray(any, { clock }))[0]?.text).toBe('abÿ')
})

test('refuses options that make no sense', () => {
  expect(() => fileWatch(1 as never)).toThrow(invalidOption('The file'))
  expect(() => fileWatch('a', { pollMs: Number.POSITIVE_INFINITY })).toThrow(invalidOption('pollMs'))
  expect(() => fileWatch('a', { maxBytes: 0 })).toThrow(invalidOption('maxBytes'))
  expect(() => fileWatch('a', { encoding: 'x' as never })).toThrow(invalidOption('encoding'))
})
