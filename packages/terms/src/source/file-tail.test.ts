/** Goal: `fileTail` and `csvTail` give everything that is appended, once, and let go of the file. */

import { appendFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { SinkProbe, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { csvTail, fileTail, take, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { openFilesIn } from '../test/open-files.ts'
import { sleeping } from '../test/sleeping.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

async function fileWith(text: string): Promise<{ file: string; folder: string }> {
  const folder = await temporaryFolder()
  const file = join(folder, 'growing.csv')
  await writeFile(file, text)
  return { file, folder }
}

test('goes on where the file ended, also in the middle of a character', async () => {
  const { file, folder } = await fileWith('one ')
  const clock = new VirtualClock()
  const sink = new SinkProbe<string>().request()
  const tailing = run(fileTail(file).pipe(sink), { clock })
  const bytes = Buffer.from('né')
  for (const part of [bytes.subarray(0, 2), bytes.subarray(2), Buffer.from('!')]) {
    await sleeping(clock)
    await appendFile(file, part)
    await clock.advance(1000)
  }
  await sleeping(clock)
  expect(sink.received).toEqual(['one ', 'n', 'é', '!'])
  const { outcome } = await tailing.stop()
  expect([outcome, clock.pending]).toEqual(['stopped', 0])
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('what is no UTF-8 is refused; latin1 takes any bytes', async () => {
  for (const bytes of [
    [0x61, 0xff, 0x62],
    [0x61, 0xc3],
  ]) {
    const { file } = await fileWith('')
    await writeFile(file, Buffer.from(bytes))
    await expect(toArray(fileTail(file, { untilIdleMs: 1 }))).rejects.toEqual(
      badInput('fileTail', `${file} is no text in UTF-8: byte 1 is wrong`),
    )
    const texts = await toArray(fileTail(file, { untilIdleMs: 1, encoding: 'latin1' }))
    expect(texts).toEqual([Buffer.from(bytes).toString('latin1')])
  }
})

test('large files come in pieces', async () => {
  const text = 'né '.repeat(100_000)
  const { file } = await fileWith(text)
  const clock = new VirtualClock()
  const pieces = toArray(fileTail(file, { untilIdleMs: 5 }), { clock })
  await sleeping(clock)
  await clock.advance(5)
  expect((await pieces).join('')).toBe(text)
  expect((await pieces).length).toBeGreaterThan(2)
})

test('ends once nothing was appended for untilIdleMs', async () => {
  const { file } = await fileWith('a')
  const clock = new VirtualClock()
  const sink = new SinkProbe<string>().request()
  const { done } = run(fileTail(file, { pollMs: 400, untilIdleMs: 1000 }).pipe(sink), { clock })
  await sleeping(clock)
  await clock.advance(400)
  await sleeping(clock)
  await appendFile(file, 'b')
  for (let waits = 0; waits < 4; waits++) {
    await sleeping(clock)
    await clock.advance(400)
  }
  await done
  expect([sink.received, clock.pending]).toEqual([['a', 'b'], 0])
  expect(clock.now()).toBe(2000)
})

test('the file is closed when nobody needs more', async () => {
  const { file, folder } = await fileWith('a')
  expect(await toArray(fileTail(file).pipe(take(1)), { clock: new VirtualClock() })).toEqual(['a'])
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('a file that is missing, cut or replaced is an error that names it', async () => {
  const { file, folder } = await fileWith('abc')
  const missing = join(folder, 'missing')
  await expect(toArray(fileTail(missing))).rejects.toEqual(badInput('fileTail', `${missing} cannot be read`))

  const clock = new VirtualClock()
  const cut = toArray(fileTail(file), { clock })
  cut.catch(() => undefined)
  await sleeping(clock)
  await truncate(file, 1)
  await clock.advance(1000)
  await expect(cut).rejects.toEqual(badInput('fileTail', `${file} was cut from 3 bytes to 1`))

  const replaced = toArray(fileTail(file), { clock })
  replaced.catch(() => undefined)
  await sleeping(clock)
  await writeFile(`${file}.new`, 'other')
  await rename(`${file}.new`, file)
  await clock.advance(1000)
  await expect(replaced).rejects.toEqual(badInput('fileTail', 'was replaced by another file'))
  if (openFilesIn(folder) !== undefined) expect(openFilesIn(folder)).toEqual([])
})

test('a file that ends in the middle of a character is replaced: an error as well', async () => {
  const { file } = await fileWith('')
  await writeFile(file, Buffer.from('né').subarray(0, 2))
  const clock = new VirtualClock()
  const replaced = toArray(fileTail(file), { clock })
  replaced.catch(() => undefined)
  await sleeping(clock)
  await writeFile(`${file}.new`, 'other')
  await rename(`${file}.new`, file)
  await clock.advance(1000)
  await expect(replaced).rejects.toEqual(badInput('fileTail', 'was replaced by another file'))
})

test('a file that is cut and filled again beyond the old place between two looks is an error', async () => {
  const { file } = await fileWith('one\ntwo\n')
  const clock = new VirtualClock()
  const cut = toArray(fileTail(file), { clock })
  cut.catch(() => undefined)
  await sleeping(clock)
  await writeFile(file, 'new\nlines that are longer\n') // in place, as copytruncate does
  await clock.advance(1000)
  await expect(cut).rejects.toEqual(
    badInput('fileTail', `${file} was cut and written again while it was read`),
  )
})

test('csvTail gives records as their lines are complete', async () => {
  const { file } = await fileWith('city,people\nBonn,33')
  const clock = new VirtualClock()
  const sink = new SinkProbe<{ city: string; people: number }>().request()
  const rows = csvTail<{ city: string; people: number }>(file, { pollMs: 10, cast: { people: Number } })
  const tailing = run(rows.pipe(sink), { clock })
  for (const part of [
    '1885\r',
    '\n"Halle, ',
    'Saale",242083\n"Frankfurt\n',
    '""am"" Main",',
    '775790\nU',
    '',
  ]) {
    await sleeping(clock)
    await appendFile(file, part)
    await clock.advance(10)
  }
  await sleeping(clock)
  expect(sink.received).toEqual([
    { city: 'Bonn', people: 331885 },
    { city: 'Halle, Saale', people: 242083 },
    { city: 'Frankfurt\n"am" Main', people: 775790 },
  ])
  await tailing.cancel()
  expect(clock.pending).toBe(0)
  await expect(tailing.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('csvTail ends with the last record, and names the line that is wrong', async () => {
  const { file } = await fileWith('a,b\n1,"2\n3"\n4,5')
  const options = { pollMs: 1, untilIdleMs: 1 }
  const read = async () => {
    const clock = new VirtualClock()
    const rows = toArray(csvTail(file, options), { clock })
    rows.catch(() => undefined)
    await sleeping(clock)
    await clock.advance(1)
    return rows
  }
  expect(await read()).toEqual([
    { a: '1', b: '2\n3' },
    { a: '4', b: '5' },
  ])
  await appendFile(file, '\n6,"7')
  await expect(read()).rejects.toEqual(badInput('csvParser', `${file} is no valid CSV at line 5: the quote`))
})

test('refuses options that make no sense', () => {
  expect(() => fileTail('')).toThrow(invalidOption('The file'))
  expect(() => fileTail('a', { pollMs: 0 })).toThrow(invalidOption('pollMs'))
  expect(() => fileTail('a', { untilIdleMs: -1 })).toThrow(invalidOption('untilIdleMs'))
  expect(() => fileTail('a', { encoding: 'utf-9' as never })).toThrow(invalidOption('encoding'))
  expect(() => csvTail('a', { delimiter: '' })).toThrow(invalidOption('delimiter'))
})
