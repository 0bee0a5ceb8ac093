/** The rows on sources and texts. */

import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, type Term } from '@millrace/core'
import { SinkProbe, VirtualClock } from '@millrace/core/testing'
import { expect } from 'vitest'
import {
  csvTail,
  fileWatch,
  fromIterable,
  httpPoll,
  lineParser,
  lineSplitter,
  map,
  stringDiff,
  take,
  toArray,
} from '../../src/index.ts'
import { badInput } from '../../src/test/failing.ts'
import { sleeping } from '../../src/test/sleeping.ts'
import { temporaryFolder } from '../../src/test/temporary-folder.ts'

/** What a source gives of a file before and after text was appended. */
async function growing<Item>(
  source: (file: string) => Term<never, Item>,
  before: string,
  after: string,
): Promise<readonly Item[]> {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, before)
  const clock = new VirtualClock()
  const sink = new SinkProbe<Item>().request()
  const watching = run(source(file).pipe(sink as never) as Term<never, never>, { clock })
  await sleeping(clock)
  await appendFile(file, after)
  await clock.advance(1000)
  await sleeping(clock)
  await watching.stop()
  return sink.received
}

export const sourceRows = {
  'FileWatchSource(path)': async () => {
    expect(await growing((file) => fileWatch(file), 'a', 'b')).toEqual([
      { time: 0, text: 'a' },
      { time: 1000, text: 'ab' },
    ])
  },

  'CSVStreamer(path, poll_delay): keeps reading as the file grows': async () => {
    const rows = await growing((file) => csvTail(file, { pollMs: 1000 }), 'a,b\n1,2\n', '3,4\n')
    expect(rows).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ])
  },

  'GoogleDriveSource(link, poll): the whole text at each poll': async () => {
    let asked = 0
    const fetch = async () => new Response(`text ${++asked}`)
    const texts = httpPoll('http://service.test/', { everyMs: 1, fetch }).pipe(
      map(({ text }) => text),
      take(2),
    )
    expect(await toArray(texts)).toEqual(['text 1', 'text 2'])
  },

  'StringDiff, LineSplitter, LineParser(comment, delimiter, has_header)': async () => {
    const texts = ['# a list\nn;w\n1', '# a list\nn;w\n1;x\n2;', '# a list\nn;w\n1;x\n2;y\n']
    const parser = () => lineParser({ comment: '#', delimiter: ';' })
    const rows = fromIterable(texts).pipe(stringDiff(), lineSplitter(), parser())
    expect(await toArray(rows)).toEqual([
      { n: '1', w: 'x' },
      { n: '2', w: 'y' },
    ])
    await expect(toArray(fromIterable(['n;w', '1']).pipe(parser()))).rejects.toEqual(
      badInput('lineParser', 'line 2: it has 1 fields for the 2 columns n, w'),
    )
  },
}
