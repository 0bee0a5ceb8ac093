/** Goal: values go to lines and back unchanged; a line that is no JSON is named or left out. */

import { join } from 'node:path'
import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNdjson, fromIterable, ndjson, parseNdjson, toArray, writeNdjson } from '../index.ts'
import { REFUSED, settings } from '../shape/test/everywhere.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test('there and back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), settings(), async (items, options) => {
      const values = items.map((item) => JSON.parse(JSON.stringify(item)) as unknown)
      expect(await toArray(fromIterable(items).pipe(formatNdjson(), parseNdjson()), options)).toEqual(values)
    }),
  )
})

test('by way of a file, packed or not', async () => {
  const folder = await temporaryFolder()
  const items = Array.from({ length: 500 }, (_, n) => ({ n, text: 'é\n' }))
  for (const name of ['a.ndjson', 'a.ndjson.gz']) {
    await run(fromIterable(items).pipe(writeNdjson(join(folder, name)))).done
    expect(await toArray(ndjson(join(folder, name)))).toEqual(items)
  }
})

test('a line that is no JSON is named by its number, or left out', async () => {
  const lines = fromIterable(['1', '', '{', '2'])
  await expect(toArray(lines.pipe(parseNdjson()))).rejects.toMatchObject({
    term: 'parseNdjson',
    cause: { code: 'BAD_INPUT', message: expect.stringMatching(/^Line 3 is no JSON/) },
  })
  expect(await toArray(lines.pipe(parseNdjson({ invalid: 'skip' })))).toEqual([1, 2])
})

test('what has no JSON fails; refuses what makes no sense', async () => {
  await expect(toArray(fromIterable([() => 1]).pipe(formatNdjson()))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(() => parseNdjson({ invalid: 'drop' as never })).toThrow(REFUSED)
})
